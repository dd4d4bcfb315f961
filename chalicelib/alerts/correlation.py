"""Correlation: how requests with the same key become one alert, whatever the order they are processed in.

A *thread* is what is known of one (integration, thirdparty_id). Requests carry the stamp of their receipt, a ULID, so
stamps compare as text. Processing may happen in any order and in parallel; the last *received* request wins:

- the key ends live when its last request creates, and resolved when its last request resolves;
- every create is counted once: as an alert of its own or in the dedup_count of one;
- a create that was received before an already processed resolve makes an alert that is born resolved.

One thing is coarser than strict order: a resolve that is processed after a create received later than it does not
split the alert in two; the alert stays live and keeps counting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True)
class Thread:
    """What is known of one key. `live` and `closed` are alert ids, the others receipt stamps."""

    live: str | None = None
    absorbs: bool = True  # False: the live alert is suppressed, so the next create makes another
    opened: str = ""  # earliest create of the live alert
    last_create: str = ""
    last_acknowledge: str = ""
    closed_at: str = ""  # latest resolve
    closed: str | None = None  # the alert that this resolve closed
    duplicates: int = 0  # creates counted on the live alert


class Effect(StrEnum):
    """What a request does to alerts."""

    OPEN = "open"  # make an alert
    RECORD = "record"  # make an alert that is resolved already: its resolve was processed first
    COUNT = "count"  # add one to an alert's dedup_count
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Decision:
    """An effect, the alert it is about, and the thread as it is afterwards. `acknowledged`: an acknowledge received
    after this create was processed before it, so the alert is (or becomes) acknowledged at once."""

    effect: Effect
    alert_id: str | None
    thread: Thread
    reason: str = ""
    acknowledged: bool = False


def create(thread: Thread, stamp: str, new_id: str, force: bool = False) -> Decision:
    """A create received at `stamp`; `new_id` is the id of the alert, should one be made. `force`: recreate."""
    if stamp < thread.closed_at:
        return _late_create(thread, new_id)
    if thread.live and thread.absorbs and not force:
        opened = min(thread.opened, stamp)
        last = max(thread.last_create, stamp)
        after = replace(thread, opened=opened, last_create=last, duplicates=thread.duplicates + 1)
        acknowledged = opened < thread.last_acknowledge < thread.opened
        return Decision(Effect.COUNT, thread.live, after, acknowledged=acknowledged)
    newest = stamp >= thread.opened or not thread.live
    after = replace(thread, last_create=max(thread.last_create, stamp))
    if newest:
        after = replace(after, live=new_id, absorbs=True, opened=stamp, duplicates=0)
    acknowledged = stamp < thread.last_acknowledge and not force
    return Decision(Effect.OPEN, new_id, after, acknowledged=acknowledged)


def _late_create(thread: Thread, new_id: str) -> Decision:
    if thread.closed:
        still_live = thread.closed == thread.live  # a create received after the resolve keeps it so
        after = replace(thread, duplicates=thread.duplicates + 1) if still_live else thread
        return Decision(Effect.COUNT, thread.closed, after, "a resolve received later was processed first")
    reason = "a resolve received later was processed first: the alert is stored as resolved"
    return Decision(Effect.RECORD, new_id, replace(thread, closed=new_id), reason)


def resolve(thread: Thread, stamp: str) -> Decision:
    """A resolve received at `stamp`."""
    if stamp <= thread.closed_at:
        return Decision(Effect.NOTHING, None, thread, "a later resolve was processed already")
    if not thread.live:
        after = replace(thread, closed_at=stamp, closed=None)
        return Decision(Effect.NOTHING, None, after, "no alert with this key is live")
    if stamp < thread.opened:
        after = replace(thread, closed_at=stamp, closed=None)
        return Decision(Effect.NOTHING, None, after, "the live alert was created later")
    if stamp < thread.last_create:
        after = replace(thread, closed_at=stamp, closed=thread.live)
        return Decision(Effect.NOTHING, None, after, "a create received later was processed first")
    return Decision(Effect.RESOLVE, thread.live, close(thread, thread.live, stamp))


def acknowledge(thread: Thread, stamp: str) -> Decision:
    """An acknowledge received at `stamp`."""
    after = replace(thread, last_acknowledge=max(thread.last_acknowledge, stamp))
    if not thread.live or stamp < thread.opened:
        return Decision(Effect.NOTHING, None, after, "no alert with this key is live")
    return Decision(Effect.ACKNOWLEDGE, thread.live, after)


def close(thread: Thread, alert_id: str, stamp: str) -> Thread:
    """The thread after its alert was resolved by a request, a user or a timer at `stamp`."""
    if thread.live != alert_id:
        return thread
    closed_at = max(stamp, thread.closed_at)
    return replace(thread, live=None, absorbs=True, opened="", closed=alert_id, closed_at=closed_at, duplicates=0)


def forget(thread: Thread, alert_id: str, stamp: str) -> Thread:
    """The thread after its alert was deleted: nothing can be counted on it any more."""
    after = close(thread, alert_id, stamp)
    return replace(after, closed=None) if after.closed == alert_id else after


def absorb(thread: Thread, alert_id: str, absorbs: bool) -> Thread:
    """The thread after its alert was suppressed (it takes no more duplicates) or came back."""
    return replace(thread, absorbs=absorbs) if thread.live == alert_id else thread
