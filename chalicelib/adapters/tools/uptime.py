"""Uptime.com's custom postback URL. One alert per check."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    first_text,
    split_unique,
    text,
    text_or_none,
)


class Uptime(Adapter):
    name = "Uptime"
    vendor = "https://support.uptime.com/hc/en-us/articles/115002560845-Configuring-Custom-Postback-URL-Webhooks"

    ACTIONS = {"alert_raised": Action.CREATE, "alert_cleared": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("data.service.id")

    def alert(self, request: Request) -> AlertDraft:
        display_name, name, address = (
            request.get(f"data.service.{field}") for field in ("display_name", "name", "msp_address")
        )
        return AlertDraft(
            title=first_text(display_name, name, address, "Uptime.com alert"),
            description=text_or_none(request.get("data.alert.output")),
            additional_data=[
                datum("text", "Service Name", name),
                datum("text", "Service Address", address),
            ],
            tags=split_unique(request.get("data.service.tags")),
        )
