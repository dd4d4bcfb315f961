"""Open an alert: route it, and plan all that is stored with it, so that it exists with its destinations, its groups,
its timers and its routing log, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib import ids
from chalicelib.adapters.kit.markup import safe_html
from chalicelib.alerts.alert import Alert, add_receivers, match_data, with_fields
from chalicelib.alerts.changes import Changes, Claim, Event, SeenClaim, claim_name
from chalicelib.alerts.counting import count_on
from chalicelib.alerts.log import Log
from chalicelib.alerts.states import ACKNOWLEDGED, DROPPED, QUEUED, RESOLVED, SUPPRESSED, routed_status
from chalicelib.alerts.timer import Timer
from chalicelib.handling.facts import Facts
from chalicelib.times import epoch_ms
from chalicelib.words import is_worse

if TYPE_CHECKING:
    from chalicelib.routing.route import Plan


@dataclass(frozen=True)
class Routed:
    """An alert with its destinations and status, what is stored beside it, and the plan that explains it."""

    alert: Alert
    changes: Changes
    plan: Plan


@dataclass
class _Groups:
    """Finds the first alert of a router's group, and remembers the claims that it read."""

    facts: Facts
    now: datetime
    seen: dict[str, SeenClaim] = field(default_factory=dict)

    def find(self, fingerprint: str, timeout_ms: int, urgency: str) -> str | None:
        """The id of the first alert of a group, to stand for one of this urgency: while its period lasts, and it is
        neither deleted nor resolved nor less urgent. Nobody is to miss what is worse than what was told."""
        name = claim_name("group", self.facts.account_id, fingerprint)
        claim = self.facts.claims([name]).get(name)
        if claim is None:
            return None
        self.seen[name] = claim
        if epoch_ms(self.now) - claim.since_ms >= timeout_ms:
            return None
        first = self.facts.alert(ids.prefix_id(ids.ALERT, claim.holder))
        if first is None or first["status"] == RESOLVED or is_worse(urgency, first["urgency"]):
            return None
        return claim.holder


def open_alert(
    alert: Alert,
    destinations: Sequence[str],
    log: Mapping[str, Any] | None,
    facts: Facts,
    now: datetime,
    acknowledged: bool = False,
    before: Changes | None = None,
) -> Routed:
    """Route a new alert to destinations (prefix ids). `acknowledged`: somebody has it already. `before`: what else is
    planned with it."""
    routed = reroute(alert, destinations, log, facts, now, acknowledged, before=before)
    events = (Event("alert.created", routed.alert), Event(f"alert.{routed.alert['status']}", routed.alert))
    return replace(routed, changes=routed.changes + Changes(created=(routed.alert,), events=events))


def reroute(
    alert: Alert,
    destinations: Sequence[str],
    log: Mapping[str, Any] | None,
    facts: Facts,
    now: datetime,
    acknowledged: bool = False,
    path: Sequence[str] = (),
    before: Changes | None = None,
) -> Routed:
    """Route an alert to destinations and plan all but the change of the alert itself. `path` holds the routers that a
    delayed assignment came through."""
    from chalicelib.routing.route import route  # slow to import, and most calls of the API route nothing

    groups = _Groups(facts, now)
    plan = route(match_data(alert), log, destinations, facts.configured, groups.find, now, path=path)
    routed = _apply(alert, plan, facts, acknowledged)
    changes = before or Changes()
    parent = facts.alert(ids.prefix_id(ids.ALERT, plan.parent_id)) if plan.parent_id else None
    if parent:
        changes = count_on(changes, parent, facts.thread)
    beside = Changes(
        claims=tuple(_group_claims(routed, plan, groups)),
        timers=tuple(_assignments(routed, plan, facts, now)),
        logs=(_routing_log(routed, plan, facts),),
    )
    return Routed(routed, changes + beside, plan)


def _apply(alert: Alert, plan: Plan, facts: Facts, acknowledged: bool) -> Alert:
    """The alert after routing: what rules changed, its receivers, its status."""
    changed = add_receivers(with_fields(alert, plan.changes), _with_ulids(plan.receivers, facts))
    if "description" in plan.changes:
        changed |= {"description": safe_html(changed["description"]), "description_format": "html"}
    informed = [identifier for _, identifier in _with_ulids(plan.stakeholder_ids, facts)]
    changed["stakeholder_ids"] = list(dict.fromkeys([*alert["stakeholder_ids"], *informed]))
    if plan.parent_id:
        changed["parent_id"] = plan.parent_id
    if alert["status"] in (QUEUED, SUPPRESSED, DROPPED):
        status = routed_status(bool(plan.receivers), bool(plan.delayed), plan.suppressed)
        changed["status"] = ACKNOWLEDGED if acknowledged and status != SUPPRESSED else status
    return changed


def _with_ulids(keys: Sequence[str], facts: Facts) -> list[tuple[str, str]]:
    """The (prefix, ULID) of each prefix id whose object is there."""
    named = [(key.partition("_")[0], facts.configured(key)) for key in keys]
    return [(prefix, str(item["id"])) for prefix, item in named if item]


def _group_claims(alert: Alert, plan: Plan, groups: _Groups) -> list[Claim]:
    made = []
    for group in plan.groups:
        name = claim_name("group", alert["account_id"], group.fingerprint)
        keep = timedelta(milliseconds=group.timeout_ms) + timedelta(days=1)
        made.append(Claim(name, alert["id"], groups.seen.get(name), keep))
    return made


def _assignments(alert: Alert, plan: Plan, facts: Facts, now: datetime) -> list[Timer]:
    """A timer for each receiver that is assigned after a delay."""
    return [
        Timer(
            facts.new_id(),
            alert["account_id"],
            "assign",
            epoch_ms(now) + delayed.delay_ms,
            {"alert": alert["prefix_id"], "receiver": delayed.receiver, "path": list(delayed.path)},
        )
        for delayed in plan.delayed
    ]


def _routing_log(alert: Alert, plan: Plan, facts: Facts) -> Log:
    message = {"event": f"alert.{alert['status']}", "receivers": plan.receivers, "routing": plan.explanation}
    return Log(facts.new_id(), alert["account_id"], ("Alert", alert["id"]), message)


def destinations_of(fields: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """The prefix ids of the receivers in `fields`; `names` says which fields name them, and of which prefix."""
    return [ids.prefix_id(prefix, receiver) for name, prefix in names.items() for receiver in fields.get(name, [])]
