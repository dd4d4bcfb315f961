"""Changes into one transaction: all of it or nothing, what happens once only once, and then what is due soon is sent.

The only way in which anything that happens to alerts is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from chalicelib.alerts.changes import Changes
from chalicelib.alerts.log import Log
from chalicelib.storage import alerts, claims, dynamo, logs, threads, timers

T = TypeVar("T")
_ONCE = "once"


class AlreadyDone(Exception):
    """What may happen only once has happened: a message was delivered twice, or a timer fired twice."""


def commit(changes: Changes, now: datetime) -> None:
    """Write all changes, then queue the timers among them that are due soon.

    Raises AlreadyDone; Contended when others changed what the plan was made from (`settle` reads and plans again);
    Throttled. Nothing is written then.
    """
    named = list(_operations(changes, now))
    try:
        dynamo.transact([operation for _, operation in named])
    except dynamo.Clash as clash:
        if any(named[place][0] == _ONCE for place in clash.failed):
            raise AlreadyDone from clash
        raise
    timers.send_soon(changes.timers, now)


def settle(step: Callable[[], T], seconds: float = 10.0) -> T:
    """Run a step that reads, plans and commits, again for as long as others win the race. Raises Contended or
    Throttled when it does not get through in time."""
    return dynamo.until_settled(step, seconds=seconds)


def _operations(changes: Changes, now: datetime) -> Iterator[tuple[str, dynamo.Item]]:
    for once in changes.once:
        yield _ONCE, logs.put(once, once=True) if isinstance(once, Log) else timers.remove(once)
    for alert in changes.created:
        yield from _named("created", alerts.create(alert))
    yield from _named("alerts", _changed_alerts(changes, now))
    for alert in changes.deleted:
        yield from _named("deleted", alerts.remove(alert))
    yield from _named("threads", [threads.put(change, now) for change in changes.threads])
    yield from _named("claims", [claims.put(claim, now) for claim in changes.claims])
    yield from _named("timers", [timers.put(timer, now) for timer in changes.timers])
    yield from _named("logs", [logs.put(log) for log in changes.logs])


def _named(name: str, operations: list[dynamo.Item]) -> list[tuple[str, dynamo.Item]]:
    return [(name, operation) for operation in operations]


def _changed_alerts(changes: Changes, now: datetime) -> list[dynamo.Item]:
    """One operation an alert, as a transaction takes no more: what changes and what is counted are put together."""
    counted: Counter[str] = Counter()
    for count in changes.counted:
        counted[count.alert_id] += count.number
    operations: list[dynamo.Item] = []
    for change in changes.changed:
        operations += alerts.change(change.before, change.after, counted.pop(change.before["id"], 0), now)
    return operations + [alerts.count(alert_id, number) for alert_id, number in counted.items()]
