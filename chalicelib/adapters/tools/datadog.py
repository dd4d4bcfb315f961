"""Datadog. The payload is a template that the user pastes into Datadog's webhook; its keys are Datadog's variables.

Each group of a monitor is an alert of its own: by `ALERT_CYCLE_KEY`, or by monitor and scope where the template lacks
it.
`AGGREG_KEY` says nothing here: all groups of a monitor share it.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    joined,
    key,
    split_unique,
    text,
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
        Option("create_on_warn", bool, "A monitor that goes to its warning threshold makes an alert.", default=True),
        Option("create_on_no_data", bool, "A monitor that finds no data makes an alert.", default=True),
    )

    # What Datadog sends again (Re-..., Renotify) counts as a duplicate, or makes an alert when none is open any more.
    ACTIONS = {
        "Triggered": Action.CREATE,
        "Re-Triggered": Action.CREATE,
        "Warn": Action.CREATE,
        "Re-Warn": Action.CREATE,
        "No Data": Action.CREATE,
        "Re-No Data": Action.CREATE,
        "Renotify": Action.CREATE,
        "Recovered": Action.RESOLVE,
    }
    SWITCHES = {
        "Warn": "create_on_warn",
        "Re-Warn": "create_on_warn",
        "No Data": "create_on_no_data",
        "Re-No Data": "create_on_no_data",
    }
    RETRIGGERED = "re-triggered"
    FIELDS = (
        ("link", "Link", "LINK"),
        ("img", "Snapshot", "SNAPSHOT"),
        ("text", "Scope", "ALERT_SCOPE"),
        ("text", "Host", "HOSTNAME"),
        ("text", "Metric", "ALERT_METRIC"),
        ("text", "Query", "ALERT_QUERY"),
        ("text", "Alert Priority", "ALERT_PRIORITY"),
        ("text", "Priority", "PRIORITY"),
        ("text", "Event Type", "EVENT_TYPE"),
        ("text", "Event Title", "EVENT_TITLE"),
        ("text", "Organization", "ORG_NAME"),
    )

    def action(self, request: Request) -> Action:
        transition = request.get("ALERT_TRANSITION")
        again = text(transition).strip().lower() == self.RETRIGGERED
        return Action.RECREATE if again and self.options["support_retriggered_event"] else self.action_of(transition)

    def thirdparty_id(self, request: Request) -> Json:
        monitor = request.get("ALERT_ID")
        group = key("monitor", monitor, request.get("ALERT_SCOPE"))
        return first_text(request.get("ALERT_CYCLE_KEY"), group, monitor)

    def alert(self, request: Request) -> AlertDraft:
        transition = request.get("ALERT_TRANSITION")
        warns = "warn" in text(transition).lower()  # less than what the monitor's priority is about
        status, message = request.get("ALERT_STATUS"), request.get("TEXT_ONLY_MSG")
        return AlertDraft(
            title=first_text(
                request.get("ALERT_TITLE"), request.get("EVENT_TITLE"), joined(" ", "Datadog monitor", transition)
            ),
            description=joined("\n\n", status, message if message != status else None) or None,
            urgency="warn" if warns else request.get("ALERT_PRIORITY"),
            additional_data=[datum(form, label, request.get(field)) for form, label, field in self.FIELDS],
            tags=split_unique(request.get("TAGS")),
        )
