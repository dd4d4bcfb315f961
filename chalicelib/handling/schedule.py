"""The one-minute schedule: send the timers that come within reach of a delayed message, search for those that are
overdue, and end those that fail for good."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from chalicelib.handling.timers import give_up
from chalicelib.intake.fetch import fetch
from chalicelib.storage import timers

_logger = logging.getLogger("signalbox")


@dataclass(frozen=True)
class Moved:
    """What one run did: how many timers it sent and gave up, and how long the most overdue one waits (ms)."""

    sent: int
    given_up: int
    overdue_ms: int


def tick(now: datetime, heartbeat_url: str = "", fetch: Callable[[str], bytes] = fetch) -> Moved:
    """Move what is due, all shards side by side, then tell whoever watches from outside that this still runs. Raises
    what a shard raised, after the others are done: there is no heartbeat then."""
    with ThreadPoolExecutor(timers.SHARDS) as pool:
        shards = list(pool.map(lambda shard: _move(shard, now), range(timers.SHARDS)))
    if heartbeat_url:
        _beat(heartbeat_url, fetch)
    return Moved(
        sum(len(due.send) for due in shards),
        sum(len(due.give_up) for due in shards),
        max(due.overdue_ms for due in shards),
    )


def _beat(url: str, fetch: Callable[[str], bytes]) -> None:
    try:
        fetch(url)
    except OSError as error:  # whoever misses it tells
        _logger.warning("the heartbeat was not taken: %s", error)


def _move(shard: int, now: datetime) -> timers.Due:
    due = timers.due(shard, now)
    timers.send(due.send, now)
    for timer in due.give_up:
        give_up(timer, now)
    timers.mark_read(shard, now)
    return due
