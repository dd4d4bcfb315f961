"""Hyperping. One alert per checked URL."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, epoch, first_text, number, text


class Hyperping(Adapter):
    name = "Hyperping"
    vendor = "https://hyperping.com/docs/integrations/webhooks"

    ACTIONS = {"check.down": Action.CREATE, "check.up": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("check.url")

    def alert(self, request: Request) -> AlertDraft:
        url = request.get("check.url")
        milliseconds = number(request.get("check.date"))
        return AlertDraft(
            title=f"{first_text(url, 'Hyperping monitor')} is DOWN",
            additional_data=[
                datum("link", "URL", url),
                datum("text", "Status Code", request.get("check.status")),
                datum("datetime", "Down Since", None if milliseconds is None else epoch(milliseconds // 1000)),
            ],
        )
