"""Datadog. The payload is a template that the user pastes into Datadog's webhook; its keys are Datadog's variables.

`$ALERT_ID` is the monitor's id, so all groups of a multi-alert monitor share one alert, and the first group to
recover resolves it. A template that also sends `ALERT_CYCLE_KEY` gets an alert per group.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Option,
    Request,
    datum,
    first_text,
    joined,
    split_unique,
    text,
    text_or_none,
)


class Datadog(Adapter):
    name = "Datadog"
    vendor = "https://docs.datadoghq.com/integrations/webhooks/"
    OPTIONS = (
        Option(
            "support_retriggered_event",
            bool,
            "Make a new alert when a monitor re-triggers, although its alert is still open.",
            default=False,
        ),
    )

    ACTIONS = {"Triggered": Action.CREATE, "Recovered": Action.RESOLVE}
    RETRIGGERED = "Re-Triggered"

    def action(self, request: Request) -> Action:
        transition = text(request.get("ALERT_TRANSITION"))
        if transition == self.RETRIGGERED and self.options["support_retriggered_event"]:
            return Action.RECREATE
        return self.ACTIONS.get(transition, Action.OTHER)

    def thirdparty_id(self, request: Request) -> str:
        return first_text(request.get("ALERT_CYCLE_KEY"), request.get("ALERT_ID"))

    def alert(self, request: Request) -> AlertDraft:
        transition = request.get("ALERT_TRANSITION")
        return AlertDraft(
            title=first_text(request.get("ALERT_TITLE"), joined(" ", "Datadog monitor", transition)),
            description=text_or_none(request.get("ALERT_STATUS")),
            dedup_keys=[text(request.get("AGGREG_KEY"))],
            additional_data=[
                datum("link", "Link", request.get("LINK")),
                datum("text", "Priority", request.get("PRIORITY")),
                datum("text", "Event Type", request.get("EVENT_TYPE")),
                datum("text", "Event Title", request.get("EVENT_TITLE")),
            ],
            tags=split_unique(request.get("TAGS")),
        )

    def explain(self, request: Request) -> str:
        transition = text(request.get("ALERT_TRANSITION"))
        if transition == self.RETRIGGERED:
            return "the monitor re-triggered, and support_retriggered_event is off"
        return f"ALERT_TRANSITION is neither Triggered nor Recovered: {transition[:100]!r}"
