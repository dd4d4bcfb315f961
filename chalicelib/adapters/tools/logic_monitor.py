"""LogicMonitor, integration "Custom HTTP Delivery": the keys are those of the JSON template that the user pastes.

INTERNALID stays the same while an alert goes from one severity to another; ALERTID changes.
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
    text_or_none,
)


class LogicMonitor(Adapter):
    name = "LogicMonitor"
    vendor = "https://www.logicmonitor.com/support/alerts/integrations/custom-http-delivery"

    ACTIONS = {
        "active": Action.CREATE,
        "update": Action.CREATE,
        "test": Action.CREATE,
        "ack": Action.ACKNOWLEDGE,
        "clear": Action.RESOLVE,
    }
    FIELDS = (
        ("link", "Alert Page", "url"),
        ("text", "Host", "host"),
        ("text", "Addresses", "hostips"),
        ("text", "Host Description", "hostdesc"),
        ("text", "Group", "group"),
        ("text", "Service", "service"),
        ("text", "Data Source", "datasource"),
        ("text", "Instance", "instance"),
        ("text", "Data Point", "datapoint"),
        ("text", "Event Source", "eventsource"),
        ("text", "Collector", "agent"),
        ("text", "Checkpoint", "checkpoint"),
        ("text", "Value", "value"),
        ("text", "Threshold", "threshold"),
        ("text", "Level", "level"),
        ("text", "Alert Type", "alerttype"),
        ("text", "Alert ID", "alertid"),
        ("text", "Since", "start"),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("alertstatus"))

    def thirdparty_id(self, request: Request) -> Json:
        return first_text(request.get("internalid"), request.get("alertid"))

    def alert(self, request: Request) -> AlertDraft:
        named = joined(" ", "LogicMonitor alert", request.get("host"), request.get("datapoint"))
        return AlertDraft(
            title=first_text(request.get("eventmsg"), named),
            description=text_or_none(request.get("eventlogmsg")),
            urgency=request.get("level"),
            additional_data=[datum(form, label, request.get(name)) for form, label, name in self.FIELDS],
        )
