"""Site24x7 webhooks, posted as JSON with the incident parameters. TROUBLE and CRITICAL do nothing: only DOWN alerts."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, first_text, joined, text


class Site24x7(Adapter):
    name = "Site24x7"
    vendor = "https://www.site24x7.com/help/admin/third-party-integrations/webhooks.html"

    ACTIONS = {"DOWN": Action.CREATE, "UP": Action.RESOLVE}
    FIELDS = (
        ("link", "Site 24x7 Dashboard URL", "MONITOR_DASHBOARD_LINK"),
        ("text", "Monitor Name", "MONITORNAME"),
        ("link", "Monitor URL", "MONITORURL"),
        ("text", "Group Name", "MONITOR_GROUPNAME"),
        ("text", "Reason", "INCIDENT_REASON"),
        ("text", "Failed Locations", "FAILED_LOCATIONS"),
        ("datetime", "Failed At", "INCIDENT_TIME_ISO"),
    )

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("STATUS")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("MONITOR_ID")

    def alert(self, request: Request) -> AlertDraft:
        title = f"{first_text(request.get('MONITORNAME'), request.get('MONITORURL'), 'Site24x7 monitor')} is DOWN"
        return AlertDraft(
            title=title,
            description=joined(" because ", title, request.get("INCIDENT_REASON")),
            additional_data=[datum(form, label, request.get(field)) for form, label, field in self.FIELDS],
        )
