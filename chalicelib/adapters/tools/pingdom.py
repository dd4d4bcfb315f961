"""Pingdom's state change webhooks. Uptime checks are UP or DOWN, transaction checks SUCCESS or FAILING.

The two kinds of checks are numbered apart, so the key of a transaction check says that it is one.
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
    items,
    joined,
    key,
    split_unique,
    text,
    unique,
)


class Pingdom(Adapter):
    name = "Pingdom"
    vendor = "https://www.pingdom.com/resources/webhooks/"

    # By the state that a check is in now: it comes from UNKNOWN and PAUSED as well.
    ACTIONS = {
        "DOWN": Action.CREATE,
        "UP": Action.RESOLVE,
        "FAILING": Action.CREATE,
        "SUCCESS": Action.RESOLVE,
    }
    TRANSACTION = ("success", "failing")
    FIELDS = (
        ("link", "Full URL", "check_params.full_url"),
        ("text", "Host", "check_params.hostname"),
        ("text", "Check Type", "check_type"),
        ("text", "Importance Level", "importance_level"),
        ("text", "Custom Message", "custom_message"),
        ("text", "First Probe", "first_probe.location"),
        ("text", "Second Probe", "second_probe.location"),
        ("datetime", "Since", "state_changed_utc_time"),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("current_state"))

    def thirdparty_id(self, request: Request) -> Json:
        check = request.get("check_id")
        transaction = text(request.get("current_state")).strip().lower() in self.TRANSACTION
        return key("transaction", check) if transaction else check

    def alert(self, request: Request) -> AlertDraft:
        told = unique(text(request.get(name)).strip() for name in ("description", "long_description"))
        name = first_text(request.get("check_name"), request.get("check_params.full_url"), "Pingdom check")
        return AlertDraft(
            title=joined(" ", name, request.get("current_state")),
            description="\n\n".join(told) or None,
            urgency=request.get("importance_level"),
            additional_data=[datum(form, label, request.get(path)) for form, label, path in self.FIELDS],
            tags=split_unique(items(request.get("tags"))),
        )
