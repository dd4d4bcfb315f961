"""A script on a fake clock: alerts are pushed at times, and everything that reaches anybody must be wanted.

    script.router("rtr_1", RULES, team="tem_default")
    script.at("5m").push("first", urgency="high")
    script.want("5m", "first", "tem_x")

`check` runs the script and fails on anything missing and on anything unexpected. Groups and delays are kept as the
pipeline keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib import ids
from chalicelib.durations import parse_duration
from chalicelib.routing.route import Delayed, Plan, route

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # a Monday


def new_ids(prefix: str) -> tuple[str, str]:
    """A fresh ULID and its prefix id."""
    identifier = ids.new(START)
    return identifier, ids.prefix_id(prefix, identifier)


@dataclass
class Script:
    start: datetime = START
    objects: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    wanted: list[tuple[float, str, str]] = field(default_factory=list)
    _steps: list[tuple[float, int, Any]] = field(default_factory=list)
    _groups: dict[str, tuple[str, float]] = field(default_factory=dict)
    _resolved: set[str] = field(default_factory=set)
    _happened: list[tuple[float, str, str]] = field(default_factory=list)
    _now: float = 0.0

    def team(self, name: str) -> str:
        """A team with a known default-receiver id; its prefix id."""
        identifier, prefix_id = new_ids(ids.TEAM)
        self.objects[prefix_id] = {"id": identifier, "prefix_id": prefix_id, "name": name}
        return prefix_id

    def router(self, rules: str, default: str | None = None, enabled: bool = True) -> str:
        """A router whose default receiver is the object `default`; its prefix id."""
        identifier, prefix_id = new_ids(ids.ROUTER)
        name = {"tem": "team", "usr": "account_user", "rtr": "router"}.get((default or "").partition("_")[0])
        receiver = {f"default_receiver_{name}_id": self.objects[default]["id"]} if default and name else {}
        self.objects[prefix_id] = {
            "id": identifier,
            "prefix_id": prefix_id,
            "name": "router",
            "enabled": enabled,
            "rules": rules,
            "version": 1,
            **receiver,
        }
        return prefix_id

    def at(self, time: str) -> _At:
        return _At(self, (parse_duration(time) or 0) / 1000)

    def want(self, time: str, alert: str, outcome: str) -> None:
        """`outcome`: a receiver's prefix id, "suppressed", "child of <alert>", "stakeholder stk_...", "waits" or
        "nowhere"."""
        self.wanted.append(((parse_duration(time) or 0) / 1000, alert, outcome))

    def check(self) -> None:
        while self._steps:
            self._steps.sort(key=lambda step: step[:2])
            self._now, _, act = self._steps.pop(0)
            act()
        assert sorted(self._happened) == sorted(self.wanted)

    def later(self, seconds: float, act: Any) -> None:
        self._steps.append((seconds, len(self._steps) + len(self._happened), act))

    def find_group(self, fingerprint: str, timeout_ms: int, urgency: str) -> str | None:
        alert_id, claimed_at = self._groups.get(fingerprint, (None, 0.0))
        return alert_id if alert_id and self._now < claimed_at + timeout_ms / 1000 else None

    def push(self, alert: Mapping[str, Any], log: Any, destinations: list[str], path: tuple[str, ...] = ()) -> None:
        name = alert["id"]
        if name in self._resolved:
            return
        now = self.start + timedelta(seconds=self._now)
        plan = route(alert, log, destinations, self.objects.get, self.find_group, now, path)
        self.plans[name] = plan
        self._record(name, plan)
        for group in plan.groups:
            self._groups[group.fingerprint] = (name, self._now)
        for delayed in plan.delayed:
            self._wait(alert, log, delayed)

    def _wait(self, alert: Mapping[str, Any], log: Any, delayed: Delayed) -> None:
        after = self._now + delayed.delay_ms / 1000
        self.later(after, lambda: self.push(alert, log, [delayed.receiver], delayed.path))

    def _record(self, name: str, plan: Plan) -> None:
        outcomes = [*plan.receivers, *(f"stakeholder {identifier}" for identifier in plan.stakeholder_ids)]
        outcomes += ["waits"] * bool(plan.delayed) + ["suppressed"] * (plan.suppressed and not plan.parent_id)
        outcomes += [f"child of {plan.parent_id}"] * bool(plan.parent_id)
        self._happened += [(self._now, name, outcome) for outcome in outcomes or ["nowhere"]]

    def resolve(self, name: str) -> None:
        self._resolved.add(name)


@dataclass
class _At:
    script: Script
    seconds: float

    def push(self, name: str, *destinations: str, log: Any = None, **fields: Any) -> None:
        alert = {"id": name, "title": name, "urgency": "high", "tags": [], **fields}
        self.script.later(self.seconds, lambda: self.script.push(alert, log, list(destinations)))

    def resolve(self, name: str) -> None:
        self.script.later(self.seconds, lambda: self.script.resolve(name))
