"""System Center Operations Manager, whose command channel runs a script that posts the alert as JSON.

SCOM has no webhook of its own: the format is the script's. It names the properties of the alert (`alertId`,
`alertName`, `alertDescription`, `resolutionState` by name or number, ...), all as text, ``Not Present`` where there is
none.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    first_text,
    text,
)


class Scom(Adapter):
    name = "SCOM (System Center Operations Manager)"
    vendor = "https://learn.microsoft.com/en-us/system-center/scom/manage-notifications-subscribe-channel"

    # The resolution states that SCOM comes with, by name and by number; only people set 247 to 250.
    ACTIONS = {
        "New": Action.CREATE,
        "0": Action.CREATE,
        "Acknowledged": Action.ACKNOWLEDGE,
        "249": Action.ACKNOWLEDGE,
        "Resolved": Action.RESOLVE,
        "254": Action.RESOLVE,
        "Closed": Action.RESOLVE,
        "255": Action.RESOLVE,
    }
    # SCOM's console calls critical what its interface calls Error, or 2.
    URGENCIES = {"0": "low", "1": "medium", "2": "critical", "Error": "critical"}
    FIELDS = (
        ("text", "Source", "managedEntitySource"),
        ("text", "Path", "managedEntityPath"),
        ("text", "Severity", "severity"),
        ("text", "Priority", "priority"),
        ("text", "Category", "category"),
        ("text", "Owner", "owner"),
        ("text", "Ticket", "ticketId"),
        ("text", "Repeat Count", "repeatCount"),
        ("datetime", "Raised", "timeRaised"),
        *(("text", f"Custom Field {number}", f"customField{number}") for number in range(1, 11)),
    )
    ABSENT = "not present"

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("resolutionState"))

    def thirdparty_id(self, request: Request) -> Json:
        return self._get(request, "alertId")

    def alert(self, request: Request) -> AlertDraft:
        source = self._get(request, "managedEntitySource")
        return AlertDraft(
            title=first_text(self._get(request, "alertName"), source, "SCOM alert"),
            description=text(self._get(request, "alertDescription")) or None,
            urgency=self._get(request, "severity"),
            additional_data=[datum(form, label, self._get(request, name)) for form, label, name in self.FIELDS],
        )

    def _get(self, request: Request, name: str) -> Json:
        value = request.get(name)
        return None if text(value).strip().lower() == self.ABSENT else value
