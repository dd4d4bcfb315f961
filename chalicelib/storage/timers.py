"""Timers: due within 15 minutes they go straight to SQS with a delay; later ones rest in a table until the one-minute
schedule sends them. A timer's row stays until it has fired, so that one whose message was lost is found overdue and
sent again; a timer that fires twice finds nothing left to do.

The schedule notes how far each shard was read, not what it sent: sending costs no write, however many are due.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.alerts.timer import Timer
from chalicelib.storage import dynamo, messages
from chalicelib.storage.messages import Message
from chalicelib.times import epoch_ms

TABLE = "TIMERS_TABLE"
SHARDS = 4
_SOON_MS = messages.LONGEST_DELAY_SECONDS * 1000
_AHEAD_MS = _SOON_MS - 60_000
"""How far ahead the schedule sends. Less than what is sent at once: clocks of functions differ by seconds."""

_FIRST_SEARCH_MS = 60_000
_MOST_SEARCHES = 10
_KEPT_SECONDS = 14 * 86_400
_WATERMARK = "!"  # sorts before the due times


@dataclass(frozen=True)
class Due:
    """What one shard has for the schedule: timers to send, timers to give up, and the age of the most overdue."""

    shard: int
    send: list[Timer] = field(default_factory=list)
    give_up: list[Timer] = field(default_factory=list)
    overdue_ms: int = 0


def put(timer: Timer, now: datetime) -> dynamo.Item:
    """The operation that stores a timer, for the transaction of what sets it."""
    pk, sk = _place(timer)
    sent = _is_soon(timer, now) or None
    item = {"pk": pk, "sk": sk, "sent": sent, "expires_at": timer.due_ms // 1000 + _KEPT_SECONDS, "data": asdict(timer)}
    return dynamo.put(TABLE, item)


def _place(timer: Timer) -> tuple[str, str]:
    shard = zlib.crc32(timer.id.encode()) % SHARDS
    return f"shard#{shard}", f"{timer.due_ms:015}#{timer.id}"


def _is_soon(timer: Timer, now: datetime) -> bool:
    return timer.due_ms - epoch_ms(now) <= _SOON_MS


def read_message(content: Mapping[str, Any]) -> Timer:
    """The timer in a message. Raises KeyError for what is none."""
    names = ("id", "account_id", "kind", "due_ms", "details")
    return Timer(*(content[name] for name in names))


def send_soon(timers: Iterable[Timer], now: datetime) -> None:
    """Queue those timers that are due within 15 minutes; the schedule finds the others."""
    send([timer for timer in timers if _is_soon(timer, now)], now)


def send(timers: Iterable[Timer], now: datetime) -> None:
    messages.send_all(messages.TASKS, [_message(timer, now) for timer in timers])


def _message(timer: Timer, now: datetime) -> Message:
    wait_seconds = -(-(timer.due_ms - epoch_ms(now)) // 1000)
    delay = min(max(0, wait_seconds), messages.LONGEST_DELAY_SECONDS)
    return Message(timer.account_id, asdict(timer), timer.id, delay)


def due(shard: int, now: datetime) -> Due:
    """What a shard has to send: timers that come within reach of a delayed message since it was read last, and those
    that are overdue by 1, 2, 4, 8 ... minutes since then. After ten searches a timer is given up."""
    now_ms = epoch_ms(now)
    mark = dynamo.get(TABLE, f"shard#{shard}", _WATERMARK)
    last_ms = mark["read_ms"] if mark else 0
    found = Due(shard)
    until = f"{now_ms + _AHEAD_MS:015}~"
    overdue_ms = 0
    for item in dynamo.query(TABLE, ("pk", f"shard#{shard}"), range_key=("sk", "0", until)):
        timer = read_message(item["data"])
        overdue_ms = max(overdue_ms, now_ms - timer.due_ms)
        if _search(timer.due_ms, last_ms, now_ms) > _MOST_SEARCHES:
            found.give_up.append(timer)
        elif _search(timer.due_ms, last_ms, now_ms) or _comes_near(timer.due_ms, last_ms, item):
            found.send.append(timer)
    return Due(shard, found.send, found.give_up, overdue_ms)


def _comes_near(due_ms: int, last_ms: int, item: Mapping[str, Any]) -> bool:
    return due_ms > last_ms + _AHEAD_MS and "sent" not in item


def _search(due_ms: int, last_ms: int, now_ms: int) -> int:
    """Which search for an overdue timer falls between two readings: 1 after a minute, 2 after two, 3 after four."""
    numbers = range(1, _MOST_SEARCHES + 2)
    times = {number: due_ms + _FIRST_SEARCH_MS * 2 ** (number - 1) for number in numbers}
    return max((number for number, moment in times.items() if last_ms < moment <= now_ms), default=0)


def mark_read(shard: int, now: datetime) -> None:
    """Note that what was due in a shard is sent."""
    dynamo.write(dynamo.update(TABLE, f"shard#{shard}", _WATERMARK, set_={"read_ms": epoch_ms(now)}))


def remove(timer: Timer) -> dynamo.Item:
    """The operation that ends a timer, for the transaction of what it does: only the first firing gets through."""
    return dynamo.delete(TABLE, *_place(timer), condition="attribute_exists(pk)")


def is_pending(timer: Timer) -> bool:
    return dynamo.get(TABLE, *_place(timer)) is not None
