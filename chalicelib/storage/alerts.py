"""Alerts: the items of an alert, of its key's thread, and of the claims that group it with others.

Everything is keyed so that one GetItem finds it; lists read one page of a KEYS_ONLY index, never the table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chalicelib import ids
from chalicelib.alerts.alert import RECEIVER_FIELDS, Alert
from chalicelib.alerts.correlation import Thread
from chalicelib.alerts.states import ABSORBING, ACKNOWLEDGED, RESOLVED
from chalicelib.storage import clients, dynamo
from chalicelib.times import epoch_ms, iso

TABLE = "ALERTS_TABLE"
_ALERT = "alert"
_MOST_ROWS = 50
_OWN = ("status", "dedup_count", "acknowledged_at", "resolved_at", "updated_at", "version", "parent_id")
"""Attributes kept beside `data`: they change on their own."""


def retention() -> timedelta:
    return timedelta(days=clients.days("ALERT_RETENTION_DAYS", 400))


def put(alert: Alert) -> dynamo.Item:
    """The operation that stores a new alert."""
    item = {name: alert.get(name) for name in _OWN}
    item |= {
        "pk": alert["prefix_id"],
        "sk": _ALERT,
        "id": alert["id"],
        "version": 1,
        "account_id": alert["account_id"],
        "account_model": f"{alert['account_id']}#alert",
        "account_status": f"{alert['account_id']}#{alert['status']}",
        "parent": alert["source_id"],
        "account_thirdparty": thirdparty_key(alert["account_id"], str(alert["thirdparty_id"])),
        "data": {name: value for name, value in alert.items() if name not in _OWN},
    }
    return dynamo.put(TABLE, item, "attribute_not_exists(pk)")


def thirdparty_key(account_id: str, thirdparty_id: str) -> str:
    """The partition of the index by thirdparty_id."""
    return f"{account_id}#{_bounded_key(thirdparty_id)}"


def receiver_parent(receiver_id: str) -> str:
    """The partition of the index by parent that lists the alerts assigned to a team, router or account user."""
    return f"receiver#{receiver_id}"


def put_receivers(alert: Alert) -> list[dynamo.Item]:
    """One row per destination, by which a team's alerts are listed; the first fifty, as a transaction has its bound."""
    receivers = [identifier for name in RECEIVER_FIELDS.values() for identifier in alert[name]][:_MOST_ROWS]
    row = {"pk": alert["prefix_id"], "id": alert["id"]}
    return [
        dynamo.put(TABLE, {**row, "sk": f"receiver#{receiver}", "parent": receiver_parent(receiver)})
        for receiver in receivers
    ]


def read(account_id: str, key: str) -> Alert | None:
    """An alert of the account by its prefix id."""
    item = dynamo.get(TABLE, key, _ALERT)
    return _alert(item) if item and item["account_id"] == account_id else None


def read_many(account_id: str, keys: Iterable[str]) -> dict[str, Alert]:
    items = dynamo.batch_get(TABLE, [(key, _ALERT) for key in keys])
    return {item["pk"]: _alert(item) for item in items if item["account_id"] == account_id}


def _alert(item: dynamo.Item) -> Alert:
    return {**item["data"], **{name: item.get(name) for name in _OWN}}


def transition(alert: Alert, status: str, now: datetime) -> dynamo.Item:
    """Bring an alert from the status that was read to another. The first acknowledge sets `acknowledged_at`."""
    changes: dict[str, Any] = {
        "status": status,
        "account_status": f"{alert['account_id']}#{status}",
        "updated_at": iso(now),
    }
    if status == ACKNOWLEDGED and not alert["acknowledged_at"]:
        changes["acknowledged_at"] = iso(now)
    if status == RESOLVED:
        changes |= {"resolved_at": iso(now), "expires_at": int((now + retention()).timestamp())}
    return dynamo.update(
        TABLE, alert["prefix_id"], _ALERT, set_=changes, condition="#status = :was", values={":was": alert["status"]}
    )


def rewrite(alert: Alert, now: datetime) -> dynamo.Item:
    """Store an alert's changed fields and status over the version and status that were read (`version`, `was`)."""
    data = {name: value for name, value in alert.items() if name not in (*_OWN, "was")}
    changes = {
        "data": data,
        "status": alert["status"],
        "account_status": f"{alert['account_id']}#{alert['status']}",
        "parent_id": alert["parent_id"],
        "version": alert["version"] + 1,
        "updated_at": iso(now),
    }
    return dynamo.update(
        TABLE,
        alert["prefix_id"],
        _ALERT,
        set_=changes,
        condition="version = :version AND #status = :was",
        values={":version": alert["version"], ":was": alert.get("was", alert["status"])},
    )


def count_duplicate(key: str, now: datetime, absorbing_only: bool = False) -> dynamo.Item:
    """Add one to an alert's dedup_count; `absorbing_only`: only while its status takes duplicates."""
    values = {f":s{position}": status for position, status in enumerate(ABSORBING, start=10)}
    condition = f"#status IN ({', '.join(values)})" if absorbing_only else "attribute_exists(pk)"
    return dynamo.update(
        TABLE,
        key,
        _ALERT,
        set_={"updated_at": iso(now)},
        add={"dedup_count": 1},
        condition=condition,
        values=values if absorbing_only else None,
    )


def remove(alert: Alert) -> list[dynamo.Item]:
    receivers = [identifier for name in RECEIVER_FIELDS.values() for identifier in alert[name]]
    rows = [dynamo.delete(TABLE, alert["prefix_id"], f"receiver#{receiver}") for receiver in receivers]
    return [*rows, dynamo.delete(TABLE, alert["prefix_id"], _ALERT)]


# Threads: what is known of one (integration, thirdparty_id).


def _thread_key(integration_id: str, thirdparty_id: str) -> str:
    return f"thread#{integration_id}#{_bounded_key(thirdparty_id)}"


def read_thread(integration_id: str, thirdparty_id: str) -> tuple[Thread, int]:
    """The thread of a key and its version; version 0 when there is none yet."""
    item = dynamo.get(TABLE, _thread_key(integration_id, thirdparty_id), "thread")
    return (Thread(**item["data"]), item["version"]) if item else (Thread(), 0)


def put_thread(integration_id: str, thirdparty_id: str, thread: Thread, version: int, now: datetime) -> dynamo.Item:
    """Store a thread over the version that was read. A thread without a live alert expires."""
    item = {
        "pk": _thread_key(integration_id, thirdparty_id),
        "sk": "thread",
        "version": version + 1,
        "expires_at": None if thread.live else int((now + retention()).timestamp()),
        "data": asdict(thread),
    }
    if version == 0:
        return dynamo.put(TABLE, item, "attribute_not_exists(pk)")
    return dynamo.put(TABLE, item, "version = :version", {":version": version})


# Claims: names under which a live alert gathers others (dedup keys, equal titles, a router's aggregate groups).


def claim_name(*parts: str) -> str:
    """The key of a claim: its parts, the last of which may be any text, hashed to a bounded length."""
    return (
        "claim#" + "#".join(parts[:-1]) + "#" + hashlib.sha256(parts[-1].encode("utf-8", "surrogatepass")).hexdigest()
    )


def read_claims(names: Iterable[str]) -> dict[str, dynamo.Item]:
    """Claims by name: {alert_id, claimed_at (epoch ms), ...}."""
    wanted = list(names)
    if len(wanted) == 1:
        item = dynamo.get(TABLE, wanted[0], "claim")
        return {wanted[0]: item} if item else {}
    return {item["pk"]: item for item in dynamo.batch_get(TABLE, [(name, "claim") for name in wanted])}


def put_claim(name: str, alert_id: str, seen: Mapping[str, Any] | None, now: datetime, keep: timedelta) -> dynamo.Item:
    """Take a claim for an alert, if it is still as `seen` (None: free)."""
    item = {
        "pk": name,
        "sk": "claim",
        "alert_id": alert_id,
        "claimed_at": epoch_ms(now),
        "expires_at": int((now + keep).timestamp()),
    }
    if seen is None:
        return dynamo.put(TABLE, item, "attribute_not_exists(pk)")
    return dynamo.put(TABLE, item, "alert_id = :seen", {":seen": seen["alert_id"]})


def _bounded_key(text: str) -> str:
    """A text as part of a DynamoDB key, which holds 1,024 bytes (2,048 for a partition key)."""
    encoded = text.encode("utf-8", "surrogatepass")
    return text if len(encoded) <= 700 and text.isprintable() else "sha256:" + hashlib.sha256(encoded).hexdigest()


def key_of(alert_id: str) -> str:
    return ids.prefix_id(ids.ALERT, alert_id)
