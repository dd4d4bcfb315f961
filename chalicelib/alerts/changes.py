"""What one event does, all of it together or nothing: decided by a plan, written by `storage/commit.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, NamedTuple

from chalicelib.alerts.alert import Alert
from chalicelib.alerts.correlation import Thread
from chalicelib.alerts.log import Log
from chalicelib.alerts.timer import Timer


class Key(NamedTuple):
    """What a thread is found by: the source of the alerts and their thirdparty_id."""

    source_id: str
    thirdparty_id: str


class SeenThread(NamedTuple):
    """A thread and the version in which it was read; 0: none is stored yet."""

    thread: Thread
    version: int


class SeenClaim(NamedTuple):
    """A claim as it was read: the id of what holds it, and since when (epoch ms)."""

    holder: str
    since_ms: int


@dataclass(frozen=True)
class Changed:
    """An alert as it was read and as it becomes. Its `dedup_count` is not written: that is what `Counted` adds to."""

    before: Alert
    after: Alert


@dataclass(frozen=True)
class Counted:
    """Duplicates to add to the count that an alert itself holds."""

    alert_id: str
    number: int


@dataclass(frozen=True)
class ThreadChange:
    """A thread over the version that was read."""

    key: Key
    seen: SeenThread
    after: Thread


@dataclass(frozen=True)
class Claim:
    """A name taken for a `holder`, an alert's or a request's id, if it is still as `seen` (None: free)."""

    name: str
    holder: str
    seen: SeenClaim | None
    keep: timedelta


def claim_name(kind: str, owner_id: str, text: str) -> str:
    """The name of a claim of an account or integration, for any text."""
    return f"claim#{kind}#{owner_id}#{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


@dataclass(frozen=True)
class Event:
    """Something that happened to an alert, such as ``alert.created``, for whoever is to be told of it."""

    kind: str
    alert: Alert


@dataclass(frozen=True)
class Changes:
    """`once` is what may happen only once: the log of a request, or a timer that ends by firing.

    Changes add up: ``changes + more`` is both; of two changes of a thread the later one stays.
    """

    once: tuple[Log | Timer, ...] = ()
    created: tuple[Alert, ...] = ()
    changed: tuple[Changed, ...] = ()
    counted: tuple[Counted, ...] = ()
    deleted: tuple[Alert, ...] = ()
    threads: tuple[ThreadChange, ...] = ()
    claims: tuple[Claim, ...] = ()
    timers: tuple[Timer, ...] = ()
    logs: tuple[Log, ...] = ()
    events: tuple[Event, ...] = ()

    def __add__(self, more: Changes) -> Changes:
        parts: dict[str, Any] = {
            field.name: getattr(self, field.name) + getattr(more, field.name)
            for field in fields(self)
            if field.name != "threads"
        }
        threads = {change.key: change for change in (*self.threads, *more.threads)}
        return replace(self, threads=tuple(threads.values()), **parts)

    def thread(self, key: Key) -> ThreadChange | None:
        """The change that is planned to the thread of a key, if any."""
        return next((change for change in self.threads if change.key == key), None)


def together(changes: Iterable[Changes]) -> Changes:
    """Several changes as one."""
    return sum(changes, Changes())
