"""Timers: things to do later. Due within 15 minutes they go straight to SQS with a delay; later ones rest in a table
until the one-minute schedule moves them. Every timer's row stays until it has fired, so that one whose message was
lost is found overdue and sent again; a timer that fires twice finds nothing left to do."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.storage import dynamo, messages
from chalicelib.times import epoch_ms

TABLE = "TIMERS_TABLE"
SHARDS = 4
_SOON_MS = messages.LONGEST_DELAY_SECONDS * 1000
_OVERDUE_MS = 120_000
_KEPT_SECONDS = 14 * 86_400

Timer = dict[str, Any]


def new_timer(identifier: str, account_id: str, kind: str, due_ms: int, details: Mapping[str, Any]) -> Timer:
    """A timer: `kind` says what to do, `due_ms` when (epoch ms), `details` with what."""
    return {"id": identifier, "account_id": account_id, "kind": kind, "due_ms": due_ms, **details}


def put(timer: Timer, now: datetime) -> dynamo.Item:
    """The operation that stores a timer, for the transaction of what sets it."""
    now_ms = epoch_ms(now)
    sent = now_ms if timer["due_ms"] - now_ms <= _SOON_MS else 0
    item = {
        **dict(zip(("pk", "sk"), _place(timer), strict=True)),
        "sent": sent,
        "expires_at": timer["due_ms"] // 1000 + _KEPT_SECONDS,
        "data": timer,
    }
    return dynamo.put(TABLE, item)


def _place(timer: Timer) -> tuple[str, str]:
    shard = zlib.crc32(timer["id"].encode()) % SHARDS
    return f"shard#{shard}", f"{timer['due_ms']:015}#{timer['id']}"


def send_if_soon(timer: Timer, now: datetime) -> None:
    """Queue a timer that is due within 15 minutes; the schedule finds the others."""
    wait_ms = timer["due_ms"] - epoch_ms(now)
    if wait_ms <= _SOON_MS:
        send(timer, now)


def send(timer: Timer, now: datetime) -> None:
    wait_ms = timer["due_ms"] - epoch_ms(now)
    delay = min(max(0, -(-wait_ms // 1000)), messages.LONGEST_DELAY_SECONDS)
    messages.send(messages.TASKS, timer["account_id"], timer, delay_seconds=delay, name=timer["id"])


def due(now: datetime) -> Iterator[Timer]:
    """Timers to send now: due within 15 minutes and never sent, or overdue by two minutes since they were."""
    now_ms = epoch_ms(now)
    for shard in range(SHARDS):
        until = f"{now_ms + _SOON_MS:015}~"
        for item in dynamo.query(TABLE, ("pk", f"shard#{shard}"), range_key=("sk", "0", until)):
            overdue_ms = now_ms - max(item["sent"], item["data"]["due_ms"])
            if not item["sent"] or overdue_ms > _OVERDUE_MS:
                yield item["data"]


def mark_sent(timer: Timer, now: datetime) -> None:
    """Note that a timer was queued; nothing when it has fired meanwhile."""
    pk, sk = _place(timer)
    sent = {"sent": epoch_ms(now)}
    try:
        dynamo.write(dynamo.update(TABLE, pk, sk, set_=sent, condition="attribute_exists(pk)"))
    except dynamo.Clash:
        return


def remove(timer: Timer) -> dynamo.Item:
    """The operation that ends a timer, for the transaction of what it does: only the first firing gets through."""
    return dynamo.delete(TABLE, *_place(timer), condition="attribute_exists(pk)")


def is_pending(timer: Timer) -> bool:
    return dynamo.get(TABLE, *_place(timer)) is not None
