"""Open an alert: group it with a live one that shares a dedup key or title, or route it; plan the writes.

Nothing is written here: the answer is the list of operations that one transaction carries out, so an alert exists
with its destinations, its logs and its timers, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib import ids
from chalicelib.alerts.alert import Alert, add_receivers, match_data
from chalicelib.alerts.states import ABSORBING, ACKNOWLEDGED, DROPPED, QUEUED, SUPPRESSED, routed_status
from chalicelib.durations import parse_duration
from chalicelib.storage import alerts, configuration, dynamo, logs, timers
from chalicelib.times import epoch_ms

if TYPE_CHECKING:
    from chalicelib.routing.route import Plan

_MOST_DEDUP_KEYS = 20
_CLAIMS_KEPT = timedelta(days=60)


@dataclass
class Opening:
    """An alert about to be stored, and everything that is stored with it."""

    alert: Alert
    operations: list[dynamo.Item] = field(default_factory=list)
    timers: list[timers.Timer] = field(default_factory=list)
    explanation: list[dict[str, Any]] = field(default_factory=list)


def claims_of(account_id: str, integration: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, int | None]:
    """The claims that a new alert makes, each with its look-back in ms (None: as long as its holder is live)."""
    found: dict[str, int | None] = {
        alerts.claim_name("dedup", account_id, key): None for key in fields["dedup_keys"][:_MOST_DEDUP_KEYS]
    }
    period = parse_duration(integration["options"].get("auto_aggregate_timeout"))
    if period:
        found[alerts.claim_name("title", integration["id"], fields["title"])] = period
    return found


def holder_of(
    account_id: str, claims: Mapping[str, int | None], now: datetime
) -> tuple[Alert | None, dict[str, dynamo.Item]]:
    """The live alert that holds one of the claims, if any, and the claims as they are stored."""
    held = alerts.read_claims(claims) if claims else {}
    now_ms = epoch_ms(now)
    keys = [
        alerts.key_of(item["alert_id"])
        for name, item in held.items()
        if claims[name] is None or now_ms - item["claimed_at"] <= (claims[name] or 0)
    ]
    found = alerts.read_many(account_id, keys) if keys else {}
    live = sorted((a for a in found.values() if a["status"] in ABSORBING), key=lambda alert: str(alert["id"]))
    return (live[0] if live else None), held


def plan_claims(
    alert: Alert, claims: Iterable[str], held: Mapping[str, dynamo.Item], now: datetime
) -> list[dynamo.Item]:
    return [alerts.put_claim(name, alert["id"], held.get(name), now, _CLAIMS_KEPT) for name in claims]


def open_alert(
    alert: Alert,
    destinations: list[str],
    log: Mapping[str, Any] | None,
    now: datetime,
    acknowledged: bool = False,
) -> Opening:
    """Route a new alert and plan what is written: the alert, its destinations, timers, groups and routing log."""
    opening = reroute(alert, destinations, log, now, acknowledged)
    opening.operations[:0] = [alerts.put(opening.alert), *alerts.put_receivers(opening.alert)]
    return opening


def reroute(
    alert: Alert,
    destinations: list[str],
    log: Mapping[str, Any] | None,
    now: datetime,
    acknowledged: bool = False,
    path: Sequence[str] = (),
) -> Opening:
    """Route an alert to destinations (prefix ids) and plan all writes but those of the alert itself. `path` holds the
    routers that a delayed assignment came through."""
    from chalicelib.routing.route import route  # slow to import, and ingress does not route

    account_id = alert["account_id"]
    seen: dict[str, dynamo.Item] = {}

    def find_group(fingerprint: str, timeout_ms: int) -> str | None:
        holder, item = group_holder(account_id, fingerprint, timeout_ms, now)
        if item:
            seen[item["pk"]] = item
        return holder

    plan = route(
        match_data(alert),
        log,
        destinations,
        lambda key: configuration.cached(account_id, key),
        find_group,
        now,
        path=path,
    )
    routed = apply_plan(alert, plan, acknowledged)
    opening = Opening(routed, explanation=plan.explanation)
    if plan.parent_id:
        opening.operations.append(alerts.count_duplicate(alerts.key_of(plan.parent_id), now))
    for group in plan.groups:
        name = alerts.claim_name("group", account_id, group.fingerprint)
        kept = timedelta(milliseconds=group.timeout_ms) + timedelta(days=1)
        opening.operations.append(alerts.put_claim(name, alert["id"], seen.get(name), now, kept))
    for delayed in plan.delayed:
        due = epoch_ms(now) + delayed.delay_ms
        details = {"alert": alert["prefix_id"], "receiver": delayed.receiver, "path": list(delayed.path)}
        _set_timer(opening, account_id, "assign", due, details, now)
    opening.operations.append(logs.put(_routing_log(routed, plan, now), once=False))
    return opening


def group_holder(
    account_id: str, fingerprint: str, timeout_ms: int, now: datetime
) -> tuple[str | None, dynamo.Item | None]:
    """The id of the first alert of a router's aggregate group while its period lasts and it is not deleted, and the
    claim as stored."""
    name = alerts.claim_name("group", account_id, fingerprint)
    item = alerts.read_claims([name]).get(name)
    if item is None or epoch_ms(now) - item["claimed_at"] >= timeout_ms:
        return None, item
    deleted = alerts.read(account_id, alerts.key_of(item["alert_id"])) is None
    return (None if deleted else str(item["alert_id"])), item


def apply_plan(alert: Alert, plan: Plan, acknowledged: bool = False) -> Alert:
    """The alert after routing: what rules changed, its receivers, its status."""
    changed = add_receivers({**alert, **plan.changes}, _with_ulids(alert["account_id"], plan.receivers))
    informed = [identifier for _, identifier in _with_ulids(alert["account_id"], plan.stakeholder_ids)]
    changed["stakeholder_ids"] = list(dict.fromkeys([*alert["stakeholder_ids"], *informed]))
    if plan.parent_id:
        changed["parent_id"] = plan.parent_id
    if alert["status"] in (QUEUED, SUPPRESSED, DROPPED):
        status = routed_status(bool(plan.receivers), bool(plan.delayed), plan.suppressed)
        changed["status"] = ACKNOWLEDGED if acknowledged and status != SUPPRESSED else status
    return changed


def _with_ulids(account_id: str, keys: list[str]) -> list[tuple[str, str]]:
    """The (prefix, ULID) of each prefix id whose object is there."""
    found = [(key.partition("_")[0], configuration.cached(account_id, key)) for key in keys]
    return [(prefix, item["id"]) for prefix, item in found if item]


def set_auto_resolve(opening: Opening, integration: Mapping[str, Any], now: datetime) -> None:
    """Set the timer that resolves the alert, counted from its creation, where the integration asks for it."""
    period = parse_duration(integration["options"].get("auto_resolve_timeout"))
    if period:
        due = epoch_ms(now) + period
        details = {"alert": opening.alert["prefix_id"]}
        _set_timer(opening, opening.alert["account_id"], "auto_resolve", due, details, now)


def _set_timer(
    opening: Opening,
    account_id: str,
    kind: str,
    due_ms: int,
    details: dict[str, Any],
    now: datetime,
) -> None:
    timer = timers.new_timer(ids.new(now), account_id, kind, due_ms, details)
    opening.timers.append(timer)
    opening.operations.append(timers.put(timer, now))


def _routing_log(alert: Alert, plan: Plan, now: datetime) -> logs.Log:
    message = {"event": f"alert.{alert['status']}", "receivers": plan.receivers, "routing": plan.explanation}
    return logs.new_log(ids.new(now), alert["account_id"], ("Alert", alert["id"]), now, message, [])
