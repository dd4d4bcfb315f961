"""Where duplicates are counted: in the thread of the alert while it is live there, which is small whatever the alert
holds, and in the alert itself once it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Changes, Counted, Key, SeenThread, ThreadChange
from chalicelib.alerts.correlation import Thread

ReadThread = Callable[[Key], SeenThread]


def key_of(alert: Alert) -> Key:
    return Key(alert["source_id"], alert["thirdparty_id"])


def total(alert: Alert, thread: Thread) -> int:
    """How many duplicates an alert has: those counted in it and those counted in its thread."""
    return alert["dedup_count"] + (thread.duplicates if thread.live == alert["id"] else 0)


def changed_thread(key: Key, seen: SeenThread, after: Thread) -> Changes:
    """A change of a thread, with what it counted of an alert that is no longer live added to that alert."""
    if after == seen.thread:
        return Changes()
    before = seen.thread
    moved = before.live is not None and before.live != after.live and before.duplicates > 0
    counted = (Counted(str(before.live), before.duplicates),) if moved else ()
    return Changes(threads=(ThreadChange(key, seen, after),), counted=counted)


def count_on(changes: Changes, alert: Alert, read: ReadThread) -> Changes:
    """The changes with one more duplicate of an alert."""
    key = key_of(alert)
    planned = changes.thread(key)
    seen = planned.seen if planned else read(key)
    thread = planned.after if planned else seen.thread
    if thread.live != alert["id"]:
        return changes + Changes(counted=(Counted(alert["id"], 1),))
    after = replace(thread, duplicates=thread.duplicates + 1)
    return changes + Changes(threads=(ThreadChange(key, seen, after),))
