"""Cronitor. One alert per monitor and environment, whichever of the monitor's rules fails."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, first_text, key, text_or_none


class Cronitor(Adapter):
    name = "Cronitor"
    vendor = "https://cronitor.io/docs/using-webhooks"

    ACTIONS = {"ALERT": Action.CREATE, "RECOVERY": Action.RESOLVE}  # sent as Alert and Recovery
    FIELDS = (
        ("text", "Rule Violated", "rule"),
        ("text", "Environment", "environment"),
        ("text", "Group", "group"),
        ("link", "Issue", "issue_url"),
        ("link", "Monitor", "monitor_url"),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("type"))

    def thirdparty_id(self, request: Request) -> Json:
        monitor = request.get("id")
        return key("monitor", monitor, request.get("environment")) or monitor

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("monitor"), "Cronitor monitor"),
            description=text_or_none(request.get("description")),
            additional_data=[datum(form, label, request.get(field)) for form, label, field in self.FIELDS],
        )
