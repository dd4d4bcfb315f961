"""Where an alert goes: each destination is walked on its own, through as many routers as it takes.

An alert is never lost on the way: what cannot be reached (deleted, a loop, too deep) hands the alert to the default
receiver of the router where it stopped, and when that leads nowhere, to that of the router before. The explanation
tells of all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.routing.decision import Decision, Effect, Group, changed, decide, match_data
from chalicelib.routing.explanation import MAX_RULES_LISTED, router_entry, shortened
from chalicelib.routing.rules import RulesError, compiled_rules
from chalicelib.routing.values import bounded
from chalicelib.words import DEFAULT_FIELDS, RECEIVERS

MAX_DEPTH = 10
MAX_ROUTERS = 50  # visited for one destination, however the routers fan out

Lookup = Callable[[str], Mapping[str, Any] | None]
FindGroup = Callable[[str, int, str], str | None]
Entry = dict[str, Any]

_NOUNS = {receiver.prefix: receiver.noun for receiver in RECEIVERS}
_ARRIVED = ("reached", "delayed", "aggregated", "suppressed")


@dataclass(frozen=True)
class Delayed:
    """A receiver to route the alert to after a delay: call `route` then, with the receiver as the only destination
    and `path`, the routers that the alert passed up to `router`, the one that waits."""

    receiver: str
    delay_ms: int
    router: str
    path: tuple[str, ...] = ()


@dataclass
class Plan:
    """What to do with an alert. Ids are prefix ids but for `parent_id`, which is what `find_group` gave.

    `suppressed`: ignored, or the child of another alert, and nothing else was reached or will be after a delay.
    `groups`: the alert is the first of these, to be claimed for it.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    receivers: list[str] = field(default_factory=list)
    delayed: list[Delayed] = field(default_factory=list)
    suppressed: bool = False
    parent_id: str | None = None
    groups: list[Group] = field(default_factory=list)
    stakeholder_ids: list[str] = field(default_factory=list)
    explanation: list[Entry] = field(default_factory=list)


def route(
    alert: Mapping[str, Any],
    log: Mapping[str, Any] | None,
    destinations: Sequence[str],
    lookup: Lookup,
    find_group: FindGroup,
    now: datetime,
    path: Sequence[str] = (),
) -> Plan:
    """Walk each destination (`usr_...`, `tem_...`, `rtr_...`) on its own; see the api facts on routers and actions.

    `lookup` gives the stored object of a prefix id, None when there is none; each id is asked for once.
    `find_group` gives the first alert's id of the live group with a fingerprint, within its period in ms, if that one
    may stand for an alert of an urgency.
    `path` is that of `Delayed`, when a delay is over. Raises nothing but what `lookup` and `find_group` raise:
    when storage fails, the caller should try the whole again rather than send the alert astray.
    """
    plan = Plan()
    objects: dict[str, Mapping[str, Any] | None] = {}
    for destination in dict.fromkeys(destinations):
        walk = _Walk(alert, lookup, find_group, now, plan, objects, dict(plan.changes))
        data = match_data(alert, log)
        entry = _visit(walk, destination, data, tuple(path))
        if entry["result"] not in _ARRIVED and path:
            entry["instead"] = _turn_back(walk, data, tuple(path))
        plan.explanation.append(entry)
    ended = plan.suppressed or plan.parent_id is not None
    plan.suppressed = ended and not plan.receivers and not plan.delayed
    plan.explanation = shortened(plan.explanation)
    return plan


def default_receivers(router: Mapping[str, Any]) -> list[str]:
    """The prefix ids of a router's default receivers: all that are set."""
    found = [
        ids.key_of(prefix, router[name]) for name, prefix in DEFAULT_FIELDS.items() if isinstance(router.get(name), str)
    ]
    return [identifier for identifier in found if identifier]


@dataclass
class _Walk:
    """One destination's walk. `earlier` is what the walks of other destinations changed."""

    alert: Mapping[str, Any]
    lookup: Lookup
    find_group: FindGroup
    now: datetime
    plan: Plan
    objects: dict[str, Mapping[str, Any] | None]
    earlier: dict[str, Any]
    routers: int = 0
    rules_listed: int = 0

    def object(self, identifier: str) -> Mapping[str, Any] | None:
        if identifier not in self.objects:
            self.objects[identifier] = self.lookup(identifier)
        return self.objects[identifier]


def _visit(walk: _Walk, identifier: str, data: dict[str, Any], path: tuple[str, ...]) -> Entry:
    """Hand the alert to a receiver. The entry's `result` says whether it arrived."""
    kind = _NOUNS.get(identifier.partition("_")[0])
    found = walk.object(identifier) if kind else None
    entry: Entry = {"destination": bounded(identifier), "kind": kind, "name": bounded((found or {}).get("name"))}
    obstacle = _obstacle(walk, identifier, found, path)
    if obstacle or found is None:
        return {**entry, "result": obstacle}
    if kind == "router":
        return _through(walk, {**found, "prefix_id": identifier}, data, (*path, identifier), router_entry(entry))
    if identifier not in walk.plan.receivers:
        walk.plan.receivers.append(identifier)
    return {**entry, "result": "reached"}


def _obstacle(walk: _Walk, identifier: str, found: Mapping[str, Any] | None, path: tuple[str, ...]) -> str | None:
    """Why the alert cannot be handed to a receiver: deleted, loop, too_deep, too_many; None when it can."""
    if found is None:
        return "deleted"
    if identifier in path:
        return "loop"
    if not identifier.startswith(ids.ROUTER + "_"):
        return None
    if len(path) >= MAX_DEPTH:
        return "too_deep"
    return "too_many" if walk.routers >= MAX_ROUTERS else None


def _through(
    walk: _Walk, router: Mapping[str, Any], data: dict[str, Any], path: tuple[str, ...], entry: Entry
) -> Entry:
    """Take the alert through a router: its rules, then its default receivers when something is left to place."""
    walk.routers += 1
    data = dict(data)
    decision, reason = _decision(walk, router, data, entry)
    if decision is not None:
        handed, ended = _apply(walk, decision.effects, data, entry)
        reasons = [_hand_over(walk, receiver, delay_ms, data, path, entry) for receiver, delay_ms in handed]
        failures = [failure for failure in reasons if failure]
        reason = "; ".join(failures) or (None if handed or ended else "the matched rule sends the alert nowhere")
    if reason:
        entry.update(default=True, reason=reason[:500])
        for receiver in default_receivers(router):
            _hand_over(walk, receiver, 0, data, path, entry)
    entry["result"] = next((result for result in _ARRIVED if result in entry["results"]), "nowhere")
    del entry["results"]
    return entry


def _decision(
    walk: _Walk, router: Mapping[str, Any], data: Mapping[str, Any], entry: Entry
) -> tuple[Decision | None, str | None]:
    """The decision of the rule that matches, or why the default receiver is to have the alert."""
    if router.get("enabled") is False:
        entry["enabled"] = False
        return None, "the router is disabled"
    rules = router.get("rules")
    if not isinstance(rules, str) or not rules.strip():
        return None, "the router has no rules"
    try:
        listed = max(0, MAX_RULES_LISTED - walk.rules_listed)
        decision = decide(router["prefix_id"], compiled_rules(rules), dict(data), walk.now, listed)
    except RulesError as error:
        return None, f"the rules cannot be read: {error.problems[0]}"
    except Exception as error:  # whatever happens in a rule, the alert goes to the default receiver
        return None, f"the rules failed: {type(error).__name__}: {error}"
    walk.rules_listed += len(decision.tried)
    entry["rules"] = decision.entries()
    entry["rules_tried"] = decision.count
    return (decision, None) if decision.matched is not None else (None, "no rule matched")


def _apply(
    walk: _Walk, effects: list[Effect], data: dict[str, Any], entry: Entry
) -> tuple[list[tuple[str, int]], bool]:
    """Put the effects into the plan, in order, until one ends the alert's way. Answers the receivers to hand the
    alert to, with their delays in ms, and whether the way ended."""
    handed: list[tuple[str, int]] = []
    for effect in effects:
        data["alert"] = changed(data["alert"], effect.changes)
        _change(walk, effect.changes, entry)
        entry["notes"].extend(effect.notes)
        _add(walk.plan.stakeholder_ids, effect.stakeholder_ids)
        if effect.ignores:
            walk.plan.suppressed = True
            entry["results"].append("suppressed")
            return handed, True
        if effect.group and _joins(walk, effect.group, data, entry):
            return handed, True
        handed.extend((receiver, effect.delay_ms) for receiver in effect.receivers)
    return list(dict.fromkeys(handed)), False


def _joins(walk: _Walk, group: Group, data: Mapping[str, Any], entry: Entry) -> bool:
    """Whether the alert becomes a child of a live group; if not, it is the group's first."""
    parent_id = walk.find_group(group.fingerprint, group.timeout_ms, str(data["alert"].get("urgency")))
    if parent_id is None or parent_id == walk.alert.get("id"):
        _add(walk.plan.groups, [group])
        return False
    if walk.plan.parent_id not in (None, parent_id):
        entry["notes"].append(f"already a child of {walk.plan.parent_id}, so not of {parent_id}"[:200])
    walk.plan.parent_id = walk.plan.parent_id or parent_id
    entry["results"].append("aggregated")
    entry["parent_id"] = parent_id
    return True


def _change(walk: _Walk, changes: Mapping[str, Any], entry: Entry) -> None:
    for name, value in changes.items():
        if name in walk.earlier and walk.earlier[name] != value:
            entry["notes"].append(f"{name} was set on the way to another destination too; this value stays")
    walk.plan.changes.update(changes)


def _hand_over(
    walk: _Walk, receiver: str, delay_ms: int, data: dict[str, Any], path: tuple[str, ...], entry: Entry
) -> str | None:
    """Hand the alert on, now or later. Answers None, or why it did not arrive."""
    obstacle = _obstacle(walk, receiver, walk.object(receiver), path)
    if delay_ms and not obstacle:
        delayed = Delayed(receiver, delay_ms, path[-1], path)
        _add(walk.plan.delayed, [delayed])
        entry["delayed"].append({"receiver": receiver, "delay_ms": delay_ms})
        entry["results"].append("delayed")
        return None
    visited = _visit(walk, receiver, data, path)
    if visited["kind"] == "router" and "rules" in visited:
        entry["routers"].append(visited)
    elif visited["result"] == "reached":
        entry["receivers"].append(receiver)
    entry["results"].append(visited["result"])
    return None if visited["result"] in _ARRIVED else f"{receiver}: {visited['result'].replace('_', ' ')}"


def _turn_back(walk: _Walk, data: dict[str, Any], path: tuple[str, ...]) -> list[Entry]:
    """A delayed receiver is gone: the default receivers of the routers passed take over, the last one first."""
    entries: list[Entry] = []
    for length in range(len(path), 0, -1):
        router = walk.object(path[length - 1]) or {}
        entries += [_visit(walk, receiver, data, path[:length]) for receiver in default_receivers(router)]
        if any(entry["result"] in _ARRIVED for entry in entries):
            break
    return entries


def _add(values: list[Any], more: Sequence[Any]) -> None:
    values.extend(value for value in dict.fromkeys(more) if value not in values)
