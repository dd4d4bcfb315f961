"""SolarWinds Orion's alert action "send a GET or POST request", with a body that names the variables it sends.

Its trigger action sends ActionType ``Create`` with all fields, its reset action ``Resolve`` with the AlertID.
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
    joined,
    text,
    text_or_none,
)


class SolarWinds(Adapter):
    name = "SolarWinds"
    vendor = "https://documentation.solarwinds.com/en/success_center/orionplatform/content/core-orion-variables-and-examples-sw3461.htm"

    ACTIONS = {"create": Action.CREATE, "resolve": Action.RESOLVE}
    URGENCIES = {
        "notice": "low",
        "informational": "low",
        "warning": "medium",
        "serious": "high",
        "critical": "critical",
    }

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("ActionType")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("AlertID")

    def alert(self, request: Request) -> AlertDraft:
        node = request.get("NodeName")
        severity = first_text(request.get("Severity"), request.get("severity"))
        details = first_text(request.get("AlertDetailsUrl"), request.get("AlertDetailsURL"))
        return AlertDraft(
            title=first_text(request.get("AlertMessage"), joined(" ", "SolarWinds alert", node)),
            description=text_or_none(request.get("AlertDescription")),
            urgency=self.URGENCIES.get(severity.lower()),
            additional_data=[
                datum("link", "Alert Details URL", details),
                datum("text", "Node", node),
            ],
        )
