"""A script on a fake clock: things are done at times, and every change of an alert that follows must be wanted.

    flow.at("0m").push(integration, webhook("disk", "Disk full"))
    flow.want("0m", "Disk full", status="open", to=["Ops"])
    flow.at("3m").push(integration, webhook("disk", event="resolve"))
    flow.want("3m", "Disk full", status="resolved")
    flow.run()

Time passes in steps, in which the schedule ticks and the queues are delivered. An alert goes by the title that it is
first seen with; the second of that title is "Disk full #2". A want tells what is new at its time, the rest stays as
it was; a new alert is queued, nobody's, without duplicates and without a parent. `run` fails on anything missing and
on anything unexpected: another change, another alert, an error in a log, a message that is left on a queue.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.durations import parse_duration
from signalbox.testing import World

NEW = {"status": "queued", "to": [], "count": 0, "parent": None}
QUEUES = (
    "WEBHOOKS_QUEUE_URL",
    "RETRIES_QUEUE_URL",
    "TASKS_QUEUE_URL",
    "WEBHOOKS_DEAD_LETTERS_URL",
    "TASKS_DEAD_LETTERS_URL",
)
PARTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible")

State = dict[str, Any]
Change = tuple[str, str, State]


def webhook(key: str, title: str = "", event: str = "create", **more: Any) -> dict[str, Any]:
    """A request of the standard webhook; its key serves as title too unless there is one."""
    return {"event_type": event, "Id": key, "Title": title or key, **more}


@dataclass
class Flow:
    world: World
    names: dict[str, str] = field(default_factory=dict)
    _steps: list[tuple[float, Callable[[], Any]]] = field(default_factory=list)
    _wants: list[tuple[float, str, State]] = field(default_factory=list)
    _seen: dict[str, tuple[str, State]] = field(default_factory=dict)
    _titles: Counter[str] = field(default_factory=Counter)
    _changes: list[Change] = field(default_factory=list)
    _minute: float = 0.0

    def team(self, name: str) -> Any:
        team = self.world.team(name)
        self.names[team["id"]] = name
        return team

    def router(self, rules: str, default: Any, **fields: Any) -> Any:
        """A router with rules, in YAML, and a default receiver: a team or another router."""
        kind = "router" if default["prefix_id"].startswith("rtr_") else "team"
        given = {"name": "Router", "rules": rules, f"default_receiver_{kind}_id": default["id"], **fields}
        return self.world.ok("POST", "/routers", given)

    def routed(self, rules: str, default: Any, **fields: Any) -> Any:
        """An integration whose only destination is a new router with these rules."""
        router = self.router(rules, default)
        return self.world.integration(router_ids=[router["id"]], **fields)

    def at(self, when: str) -> At:
        return At(self, _minutes(when))

    def do(self, minute: float, action: Callable[[], Any]) -> None:
        self._steps.append((minute, action))

    def want(self, when: str, name: str, **changes: Any) -> None:
        self._wants.append((_minutes(when), name, changes))

    def run(self, until: str = "0m", step: str = "1m", errors: int = 0) -> None:
        """Let time pass to the last thing done or wanted, or to `until`. `errors`: how many logs may tell of one."""
        times = [_minutes(until), *(minute for minute, *_ in (*self._steps, *self._wants))]
        for minute, action in sorted(self._steps, key=lambda found: found[0]):
            self._pass_to(minute, _minutes(step))
            action()
            self._settle(True)
        self._pass_to(max(times), _minutes(step))
        assert self._changes == self._wanted(), _difference(self._changes, self._wanted())
        assert self.left_over() == {}
        assert len(self.world.ok("GET", "/logs?limit=100&level=error")["data"]) == errors

    def alert(self, name: str) -> Any:
        identifier = next(found for found, (own, _) in self._seen.items() if own == name)
        return self.world.ok("GET", f"/alerts/{identifier}")

    def logs(self, name: str) -> list[Any]:
        """What the logs of an alert say, oldest first."""
        found = self.world.ok("GET", f"/logs?limit=100&owner_id={self.alert(name)['id']}")["data"]
        return [log["details"]["message"] for log in reversed(found)]

    def routing(self, name: str) -> Any:
        """The explanations of an alert's routing, oldest first: one list of destinations for each time."""
        return [message["routing"] for message in self.logs(name) if isinstance(message, dict)]

    def left_over(self) -> dict[str, int]:
        counted = {}
        for queue in QUEUES:
            asked = {"QueueUrl": os.environ[queue], "AttributeNames": list(PARTS)}
            counted[queue] = sum(map(int, self.world.sqs.get_queue_attributes(**asked)["Attributes"].values()))
        return {queue: count for queue, count in counted.items() if count}

    def _pass_to(self, minute: float, step: float) -> None:
        while self._minute < minute:
            passed = min(step, minute - self._minute)
            self._minute += passed
            self.world.clock.move_to(self.world.now + timedelta(minutes=passed))
            self.world.tick()
            self._settle(False)

    def _settle(self, changed: bool) -> None:
        """Deliver what is on the queues, what follows from it included, and note what changed."""
        while self.world.deliver():
            changed = True
        if changed:
            self._look()

    def _look(self) -> None:
        found = sorted(self.world.alerts(), key=lambda alert: str(alert["id"]))
        for alert in found:
            self._observe(alert)
        for gone in self._seen.keys() - {alert["id"] for alert in found}:
            name, _ = self._seen.pop(gone)
            self._changes.append((_shown(self._minute), name, {"status": "deleted"}))

    def _observe(self, alert: Mapping[str, Any]) -> None:
        name, before = self._seen.get(alert["id"], ("", {}))
        if not name:
            self._titles[alert["title"]] += 1
            number = self._titles[alert["title"]]
            name = alert["title"] if number == 1 else f"{alert['title']} #{number}"
        now = {
            "status": alert["status"],
            "to": sorted(self._named(alert)),
            "count": alert["dedup_count"],
            "parent": self._seen[alert["parent_id"]][0] if alert["parent_id"] in self._seen else alert["parent_id"],
        }
        self._seen[alert["id"]] = (name, now)
        if now != before:
            self._changes.append((_shown(self._minute), name, now))

    def _named(self, alert: Mapping[str, Any]) -> list[str]:
        users = {self.world.account.user["id"]: "Ada"}
        receivers = [*alert["destination_team_ids"], *alert["destination_account_user_ids"]]
        return [{**users, **self.names}.get(identifier, identifier) for identifier in receivers]

    def _wanted(self) -> list[Change]:
        states: dict[str, State] = {}
        wanted = []
        for minute, name, changes in sorted(self._wants, key=lambda found: found[0]):
            gone = changes.get("status") == "deleted"
            states[name] = dict(changes) if gone else {**states.get(name, NEW), **changes}
            wanted.append((_shown(minute), name, states[name]))
        return wanted


@dataclass(frozen=True)
class At:
    """What can be done at a time. Things done at the same time are done in the order that they are written in."""

    flow: Flow
    minute: float

    def push(self, integration: Any, body: Any, method: str = "POST", **headers: str) -> None:
        """Send a request to an integration, which must take it."""

        def send() -> None:
            answer = self.flow.world.hook(integration, body, method, **headers)
            assert answer.status == 200, answer.text

        self.flow.do(self.minute, send)

    def call(self, method: str, path: str | Callable[[], str], body: Any = None) -> None:
        """Call the API, which must succeed; a path that depends on what happens is given as a function."""
        self.flow.do(self.minute, lambda: self.flow.world.ok(method, path if isinstance(path, str) else path(), body))

    def act(self, name: str, action: str, body: Any = None) -> None:
        """acknowledge, resolve or handoff an alert as a user."""
        self.call("POST", lambda: f"/alerts/{self.flow.alert(name)['id']}/{action}", body)

    def do(self, action: Callable[[], Any]) -> None:
        self.flow.do(self.minute, action)


def _minutes(duration: str) -> float:
    return (parse_duration(duration) or 0) / 60_000


def _shown(minute: float) -> str:
    return f"{minute:g}m"


def _difference(changes: list[Change], wanted: list[Change]) -> str:
    unexpected = [f"  unexpected {change}" for change in changes if change not in wanted]
    missing = [f"  missing    {change}" for change in wanted if change not in changes]
    return "\n".join([*unexpected, *missing] or [f"  another order: {changes}", f"  wanted: {wanted}"])
