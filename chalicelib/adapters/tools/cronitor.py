"""Cronitor. One alert per monitor, whichever of its rules or environments fails."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, first_text, text, text_or_none


class Cronitor(Adapter):
    name = "Cronitor"
    vendor = "https://cronitor.io/docs/using-webhooks"

    # Documented in capitals, sent as Alert and Recovery.
    ACTIONS = {"alert": Action.CREATE, "recovery": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("type")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("monitor"), "Cronitor monitor"),
            description=text_or_none(request.get("description")),
            additional_data=[datum("text", "Rule Violated", request.get("rule"))],
        )
