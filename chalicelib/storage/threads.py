"""Threads: what is known of one key of one source. Small items, so that counting a duplicate costs the same whatever
its alert holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime

from chalicelib.alerts import counting
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Key, SeenThread, ThreadChange
from chalicelib.alerts.correlation import Thread
from chalicelib.alerts.states import RESOLVED
from chalicelib.storage import dynamo
from chalicelib.storage.alerts import TABLE, longest_life, retention, short_key

_THREAD = "thread"
_FIELDS = tuple(field.name for field in fields(Thread))


def _pk(key: Key) -> str:
    return f"thread#{key.source_id}#{short_key(key.thirdparty_id)}"


def read(key: Key) -> SeenThread:
    item = dynamo.get(TABLE, _pk(key), _THREAD)
    return _seen(item) if item else SeenThread(Thread(), 0)


def read_many(keys: Iterable[Key]) -> dict[Key, SeenThread]:
    """The threads that are stored."""
    wanted = {_pk(key): key for key in keys}
    items = dynamo.batch_get(TABLE, [(pk, _THREAD) for pk in wanted]) if wanted else []
    return {wanted[item["pk"]]: _seen(item) for item in items}


def counted(alerts: Mapping[str, Alert]) -> dict[str, Alert]:
    """Alerts by prefix id with all their duplicates, those that their threads count included."""
    live = {key: counting.key_of(alert) for key, alert in alerts.items() if alert["status"] != RESOLVED}
    seen = read_many(live.values())
    found = dict(alerts)
    for key, thread_key in live.items():
        if thread_key in seen:
            number = counting.total(alerts[key], seen[thread_key].thread)
            found[key] = {**alerts[key], "dedup_count": number}
    return found


def _seen(item: dynamo.Item) -> SeenThread:
    """Fields that a later release stored are left alone: this one does not know what to make of them."""
    known = {name: value for name, value in item["data"].items() if name in _FIELDS}
    return SeenThread(Thread(**known), item["version"])


def put(change: ThreadChange, now: datetime) -> dynamo.Item:
    """The operation that stores a thread over the version that was read."""
    kept = longest_life() if change.after.live else retention()
    item = {
        "pk": _pk(change.key),
        "sk": _THREAD,
        "version": change.seen.version + 1,
        "expires_at": int((now + kept).timestamp()),
        "data": {name: value for name, value in asdict(change.after).items() if value not in (None, "")},
    }
    if change.seen.version == 0:
        return dynamo.put(TABLE, item, "attribute_not_exists(pk)")
    return dynamo.put(TABLE, item, "version = :version", {":version": change.seen.version})
