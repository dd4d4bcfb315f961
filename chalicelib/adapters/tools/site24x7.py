"""Site24x7 webhooks, posted as JSON with the incident parameters. A monitor is one alert, however bad it is."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    first_text,
    joined,
    split_unique,
    text,
)


class Site24x7(Adapter):
    name = "Site24x7"
    vendor = "https://www.site24x7.com/help/admin/third-party-integrations/webhooks.html"

    ACTIONS = {"DOWN": Action.CREATE, "CRITICAL": Action.CREATE, "TROUBLE": Action.CREATE, "UP": Action.RESOLVE}
    URGENCIES = {"DOWN": "critical", "CRITICAL": "high", "TROUBLE": "medium"}  # the vendor's order, the worst first
    FIELDS = (
        ("link", "Site 24x7 Dashboard URL", "MONITOR_DASHBOARD_LINK"),
        ("link", "Root Cause Analysis", "RCA_LINK"),
        ("text", "Monitor Name", "MONITORNAME"),
        ("text", "Monitor Type", "MONITORTYPE"),
        ("link", "Monitor URL", "MONITORURL"),
        ("text", "Group Name", "MONITOR_GROUPNAME"),
        ("text", "Reason", "INCIDENT_REASON"),
        ("text", "Failed Locations", "FAILED_LOCATIONS"),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("STATUS"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("MONITOR_ID")

    def alert(self, request: Request) -> AlertDraft:
        status, url = request.get("STATUS"), request.get("MONITORURL")
        title = f"{first_text(request.get('MONITORNAME'), url, 'Site24x7 monitor')} is {text(status).strip().upper()}"
        reason, details = (text(request.get(name)).strip() for name in ("INCIDENT_REASON", "INCIDENT_DETAILS"))
        host = url if not datum("link", "URL", url) else None  # of monitors of servers and ports
        return AlertDraft(
            title=title,
            description=joined("\n\n", joined(" because ", title, reason), details if details != reason else None),
            urgency=status,
            additional_data=[
                *(datum(form, label, request.get(field)) for form, label, field in self.FIELDS),
                datum("text", "Host", host),
                datum("text", "Group Tags", joined(", ", *split_unique(request.get("GROUP_TAGS")))),
                datum(
                    "datetime", "Failed At", first_text(request.get("INCIDENT_TIME_ISO"), request.get("INCIDENT_TIME"))
                ),
            ],
            tags=split_unique(request.get("TAGS")),
        )
