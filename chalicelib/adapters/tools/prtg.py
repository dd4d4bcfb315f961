"""PRTG Network Monitor, notification "Execute HTTP Action". Every posted placeholder is shown on the alert.

A status is a state (``Down``, ``Down (Partial)``, ``Down ESCALATION``, ``Warning (before: Down)``), or the end of one
that names the next (``Down ended (now: Up)``). What triggers of other kinds write could not be confirmed.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    as_sent,
    datum,
    first_text,
    joined,
    noted,
    split_unique,
    text,
)


class Prtg(Adapter):
    name = "PRTG Network Monitor"
    vendor = "https://www.paessler.com/manuals/prtg/notification_templates"
    OPTIONS = (
        Option("resolve_on_pause", bool, "A sensor that is paused while it is down resolves its alert.", default=False),
    )

    ACTIONS = {
        "Down": Action.CREATE,
        "Warning": Action.CREATE,
        "Unusual": Action.CREATE,
        "Unknown": Action.CREATE,
        "Acknowledged": Action.ACKNOWLEDGE,
        "Up": Action.RESOLVE,
        "Paused": Action.RESOLVE,
    }
    SWITCHES = {"Paused": "resolve_on_pause"}
    URGENCIES = {"Down": "high", "Warning": "medium", "Unusual": "low", "Unknown": "low"}
    TEST = "%status"  # PRTG's test of a notification leaves the placeholder as it is

    def action(self, request: Request) -> Action:
        if as_sent(request, "status") == self.TEST:
            return Action.CREATE
        return self.action_of(noted(request, "the state in status", self._state(request)))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("sensorid")

    def alert(self, request: Request) -> AlertDraft:
        sensor, device = first_text(request.get("sensor"), request.get("name")), request.get("device")
        on_device = joined(" ", "on", device) if device else None
        state = self._state(request)
        return AlertDraft(
            title=joined(" ", "Sensor", request.get("sensorid"), sensor, on_device, "is", state.upper() or "DOWN"),
            description=first_text(request.get("message"), request.get("lastmessage"), request.get("down")) or None,
            urgency=state,
            additional_data=[
                datum("link", name, value) or datum("text", name, text(value)) for name, value in request.params.items()
            ],
            tags=split_unique(request.get("tags"), None),
        )

    def _state(self, request: Request) -> str:
        """The state that a sensor is in now, as one word."""
        status = text(request.get("status")).strip()
        now = status.lower().partition("(now:")[2] or status.lower()
        if "(acknowledged" in now:
            return "Acknowledged"
        return next(iter(now.replace("(", " ").replace(")", " ").split()), "").capitalize()
