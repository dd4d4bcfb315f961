"""LogicMonitor, integration "Custom HTTP Delivery": the keys are those of the JSON template that the user pastes.

The template's tokens: alertstatus ##ALERTSTATUS##, internalid ##INTERNALID##, eventmsg ##LIMITEDMESSAGE##,
eventlogmsg ##MESSAGE##, level ##LEVEL##, host ##HOST##, service ##SERVICE##.
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


class LogicMonitor(Adapter):
    name = "LogicMonitor"
    vendor = "https://www.logicmonitor.com/support/alerts/integrations/custom-http-delivery"

    ACTIONS = {
        "active": Action.CREATE,
        "test": Action.CREATE,
        "ack": Action.ACKNOWLEDGE,
        "clear": Action.RESOLVE,
    }
    URGENCIES = {"warn": "medium", "warning": "medium", "error": "high", "critical": "critical"}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("alertstatus")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("internalid")

    def alert(self, request: Request) -> AlertDraft:
        host = request.get("host")
        return AlertDraft(
            title=first_text(request.get("eventmsg"), joined(" ", "LogicMonitor alert", host)),
            description=text_or_none(request.get("eventlogmsg")),
            urgency=self.URGENCIES.get(text(request.get("level")).lower()),
            additional_data=[datum("text", "Host", host), datum("text", "Service", request.get("service"))],
        )
