"""Kapacitor, the `.post()` handler of an AlertNode. Every level but OK makes an alert."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, first_text, joined, text
from chalicelib.adapters.kit.markup import safe_html


class Kapacitor(Adapter):
    name = "Kapacitor"
    vendor = "https://docs.influxdata.com/kapacitor/v1/reference/event_handlers/post/"

    URGENCIES = {"INFO": "low", "WARN": "medium", "WARNING": "medium", "CRITICAL": "critical"}

    def action(self, request: Request) -> Action:
        if request.get("level") == "OK":
            return Action.RESOLVE
        alert = joined(" ", request.get("level"), request.get("id"), request.get("message"))
        return Action.CREATE if alert else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        level = request.get("level")
        return AlertDraft(
            title=first_text(request.get("message"), joined(" ", "Kapacitor", request.get("id"), level)),
            description=safe_html(request.get("details")),
            urgency=self.URGENCIES.get(text(level)),
        )
