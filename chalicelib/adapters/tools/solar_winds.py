"""SolarWinds Orion's alert action "send a GET or POST request", with a body that names the variables it sends.

Its trigger action sends ActionType ``Create`` with all fields, its reset action ``Resolve`` with the same ids. AlertID
is the id of the alert's definition, which all nodes share: AlertObjectID, where the template sends it, parts them.
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
    key,
    text_or_none,
)


class SolarWinds(Adapter):
    name = "SolarWinds"
    vendor = "https://documentation.solarwinds.com/en/success_center/orionplatform/content/core-orion-variables-and-examples-sw3461.htm"

    ACTIONS = {"Create": Action.CREATE, "Resolve": Action.RESOLVE, "Acknowledge": Action.ACKNOWLEDGE}
    FIELDS = (
        ("link", "Alert Details URL", ("AlertDetailsUrl", "AlertDetailsURL")),
        ("link", "Acknowledge URL", ("AcknowledgeUrl", "AcknowledgeURL")),
        ("text", "Node", ("NodeName",)),
        ("text", "Object", ("ObjectName",)),
        ("text", "Object Type", ("ObjectType",)),
        ("text", "IP Address", ("IPAddress",)),
        ("text", "Alert Name", ("AlertName",)),
        ("text", "Severity", ("Severity", "severity")),
        ("text", "Trigger Count", ("AlertTriggerCount",)),
        ("text", "Triggered At", ("AlertTriggerTime",)),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("ActionType"))

    def thirdparty_id(self, request: Request) -> Json:
        return key("object", request.get("AlertObjectID")) or request.get("AlertID")

    def alert(self, request: Request) -> AlertDraft:
        affected = first_text(request.get("ObjectName"), request.get("NodeName"))
        named = joined(" ", first_text(request.get("AlertName"), "SolarWinds alert"), affected)
        return AlertDraft(
            title=first_text(request.get("AlertMessage"), named),
            description=text_or_none(request.get("AlertDescription")),
            urgency=first_text(request.get("Severity"), request.get("severity")),
            additional_data=[
                datum(form, label, first_text(*map(request.get, paths))) for form, label, paths in self.FIELDS
            ],
        )
