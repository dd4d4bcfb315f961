"""PRTG Network Monitor, notification "Execute HTTP Action". Every posted placeholder is shown on the alert."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, as_sent, datum, joined, text


class Prtg(Adapter):
    name = "PRTG Network Monitor"
    vendor = "https://www.paessler.com/manuals/prtg/notification_templates"

    TEST = "%status"  # PRTG's test of a notification leaves the placeholder as it is

    def action(self, request: Request) -> Action:
        status = text(request.get("status")).lower()
        if status == "down" or as_sent(request, "status") == self.TEST:
            return Action.CREATE
        return Action.RESOLVE if "now: up" in status else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("sensorid")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=joined(" ", "Sensor", request.get("sensorid"), request.get("sensor"), "is DOWN"),
            additional_data=[datum("text", name, text(value)) for name, value in request.params.items()],
        )
