"""Dry runs: what an adapter makes of a request, and what the whole way would: the plan of a request, shown instead of
committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.adapters.kit.adapter import Adapter, AlertDraft, Outcome, adapt
from chalicelib.adapters.kit.request import Request
from chalicelib.alerts.alert import Alert, present
from chalicelib.alerts.changes import Changes
from chalicelib.alerts.log import Log
from chalicelib.handling.facts import StoredFacts
from chalicelib.handling.plan import plan
from chalicelib.handling.request import receive
from chalicelib.times import epoch_ms

_SHOWN_FIELDS = tuple(field.name for field in dataclass_fields(AlertDraft))


def preview_adapter(adapter: Adapter, request: Request) -> dict[str, Any]:
    """What one adapter makes of a request: {blocked, action, thirdparty_id, alert, note}."""
    outcome = adapt(adapter, request)
    return {**_shown(outcome), "note": outcome.note}


def _shown(outcome: Outcome) -> dict[str, Any]:
    return {
        "blocked": outcome.blocked,
        "action": str(outcome.action),
        "thirdparty_id": outcome.thirdparty_id,
        "alert": asdict(outcome.alert) if outcome.alert else None,
    }


def preview_integration(
    integration: Mapping[str, Any], request: Request, now: datetime, checks_sender: bool = True
) -> dict[str, Any]:
    """The whole way of a request: the adapter's answer, the templated alert, what correlation would do, the routing
    explained, and the final destinations (prefix ids). `blocked` is null where the sender is not checked."""
    facts = StoredFacts(integration["account_id"], now)
    received = receive(integration, request, facts, now, number=lambda: 0, checked=not checks_sender)
    changes = plan(received, facts)
    return {
        **_shown(received.outcome),
        **({} if checks_sender else {"blocked": None}),
        "note": received.outcome.note,
        "correlation": "nothing",
        "routing": [],
        "destinations": [],
        "sublogs": [entry for log in changes.once if isinstance(log, Log) for entry in log.sublogs],
        **_followed(changes, now),
    }


def _followed(changes: Changes, now: datetime) -> dict[str, Any]:
    """What would become of alerts."""
    if changes.created:
        return {"correlation": "new", **_created(changes.created[0], changes, now)}
    if changes.changed:
        after = changes.changed[0].after
        verb = {"resolved": "resolve", "acknowledged": "acknowledge"}[after["status"]]
        return {"correlation": f"{verb} {after['prefix_id']}"}
    counted = [
        thread.after.live for thread in changes.threads if thread.after.duplicates > thread.seen.thread.duplicates
    ]
    counted += [count.alert_id for count in changes.counted]
    return {"correlation": f"duplicate of {ids.prefix_id(ids.ALERT, str(counted[0]))}"} if counted else {}


def _created(alert: Alert, changes: Changes, now: datetime) -> dict[str, Any]:
    """A new alert and where it would go."""
    shown = present(alert)
    routing: Mapping[str, Any] = next((log.message for log in changes.logs if "routing" in log.message), {})
    return {
        "alert": {name: shown.get(name) for name in _SHOWN_FIELDS},
        "routing": routing.get("routing", []),
        "destinations": routing.get("receivers", []),
        "delayed": [
            {"receiver": timer.details["receiver"], "delay_ms": timer.due_ms - epoch_ms(now)}
            for timer in changes.timers
            if timer.kind == "assign"
        ],
        "suppressed": alert["status"] == "suppressed",
    }
