"""Dry runs: what an adapter makes of a request, and what the whole way would. Nothing is stored, nothing sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from chalicelib.adapters import for_integration
from chalicelib.adapters.kit.adapter import Action, Adapter, AlertDraft, Outcome, adapt
from chalicelib.adapters.kit.request import Request
from chalicelib.alerts import states
from chalicelib.alerts.alert import match_data, new_alert
from chalicelib.alerts.correlation import Effect
from chalicelib.handling import opening
from chalicelib.handling import request as webhooks
from chalicelib.handling.fields import fields_of
from chalicelib.handling.journal import Journal
from chalicelib.intake.fetch import fetch
from chalicelib.storage import alerts, configuration

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


def preview_integration(integration: Mapping[str, Any], request: Request, now: datetime) -> dict[str, Any]:
    """The whole way of a request: the adapter's answer, the templated alert, what correlation would do, the routing
    explained, and the final destinations (prefix ids)."""
    blocked = adapt(for_integration(integration, fetch), request).blocked
    work = webhooks.prepare(integration, request, now)
    work.alert_id = request.id
    answer = {**_shown(work.outcome), "blocked": blocked, "note": work.outcome.note}
    answer |= {"correlation": "nothing", "routing": [], "destinations": [], "sublogs": []}
    if blocked or work.outcome.action is Action.OTHER or work.key is None:
        return answer
    return answer | _correlated(work)


def _correlated(work: webhooks.Work) -> dict[str, Any]:
    thread, _ = alerts.read_thread(work.integration["id"], str(work.key))
    decision = webhooks.decide(work, thread)
    target = alerts.key_of(decision.alert_id) if decision.alert_id else ""
    if decision.effect is Effect.COUNT:
        return {"correlation": f"duplicate of {target}"}
    if decision.effect in (Effect.RESOLVE, Effect.ACKNOWLEDGE):
        return {"correlation": _transition(work, target, str(decision.effect))}
    return _opened(work) if decision.effect in (Effect.OPEN, Effect.RECORD) else {"correlation": "nothing"}


def _transition(work: webhooks.Work, target: str, effect: str) -> str:
    alert = alerts.read(work.account_id, target)
    aim = states.RESOLVED if effect == "resolve" else states.ACKNOWLEDGED
    allowed = alert is not None and alert["status"] in states.BY_INTEGRATION[aim]
    return f"{effect} {target}" if allowed else "nothing"


def _opened(work: webhooks.Work) -> dict[str, Any]:
    """The alert that would be made and where it would go; or the live alert that would count it."""
    from chalicelib.routing.route import route

    journal = Journal(work.now)
    fields = fields_of(work.outcome, work.adapter, work.integration, work.request, journal)
    claims = opening.claims_of(work.account_id, work.integration, fields)
    holder, _ = opening.holder_of(work.account_id, claims, work.now)
    shown: dict[str, Any] = {name: fields.get(name) for name in _SHOWN_FIELDS}
    if holder and work.outcome.action is not Action.RECREATE:
        return {"alert": shown, "correlation": f"duplicate of {holder['prefix_id']}", "sublogs": journal.entries}
    own = {**fields, "thirdparty_id": work.key}
    alert = new_alert(work.alert_id, work.account_id, work.integration["id"], "Integration", own, work.now)
    plan = route(
        match_data(alert),
        work.adapter.log_data(work.request),
        webhooks.destinations_of(work.integration),
        lambda key: configuration.cached(work.account_id, key),
        lambda fingerprint, timeout_ms: opening.group_holder(work.account_id, fingerprint, timeout_ms, work.now)[0],
        work.now,
    )
    return {
        "alert": {**shown, **plan.changes},
        "correlation": "new",
        "routing": plan.explanation,
        "destinations": plan.receivers,
        "delayed": [{"receiver": delayed.receiver, "delay_ms": delayed.delay_ms} for delayed in plan.delayed],
        "suppressed": plan.suppressed,
        "sublogs": journal.entries,
    }
