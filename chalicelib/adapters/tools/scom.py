"""System Center Operations Manager, whose command channel runs a script that posts the alert as JSON.

SCOM has no webhook of its own: the format is the script's. It names the properties of the alert (`alertId`,
`alertName`, `alertDescription`, `resolutionState` as ``New`` or ``Closed``, ...), all as text, ``Not Present`` where
there is none.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, first_text, text, text_or_none


class Scom(Adapter):
    name = "SCOM (System Center Operations Manager)"
    vendor = "https://learn.microsoft.com/en-us/system-center/scom/manage-notifications-subscribe-channel"

    ACTIONS = {"New": Action.CREATE, "Closed": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("resolutionState")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("alertId")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("alertName"), request.get("managedEntitySource"), "SCOM alert"),
            description=text_or_none(request.get("alertDescription")),
        )
