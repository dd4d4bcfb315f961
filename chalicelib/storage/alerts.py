"""Alerts: one item each, and a row per team and account user by which theirs are listed.

What lists and conditions need are attributes, what they do not is packed in `data`: a small alert fits in the one KiB
that a write unit pays for. Its keys are made so that one GetItem finds it; lists read a page of an index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from chalicelib import ids
from chalicelib.alerts.alert import Alert, receivers_of
from chalicelib.alerts.states import RESOLVED
from chalicelib.storage import clients, dynamo, packing
from chalicelib.words import DESTINATION_FIELDS

TABLE = "ALERTS_TABLE"
_ALERT = "alert"
_MOST_ROWS = 50
_LONGEST_SEARCH = 160
CUT = "\u2026"
"""Ends a `search` or `receivers` text that does not hold everything: whoever filters by it must look at the alert."""

_PLAIN = ("updated_at", "acknowledged_at", "resolved_at", "parent_id", "dedup_count", "version")
"""Attributes beside `data` that are stored as they are: they change on their own."""
_FILTERED = ("tiny_id", "urgency")
"""Fields that change with those in `data`, but are attributes of their own: lists filter by them."""
_BESIDE = (*_PLAIN, "id", "prefix_id", "account_id", "status", "source_id")


def _empty() -> dict[str, Any]:
    """Fields of `data` as they are when it does not hold them: what is empty is not stored."""
    lists = ("tags", "dedup_keys", "additional_data", "stakeholder_ids", *DESTINATION_FIELDS)
    texts = ("description", "incident_severity", "incident_message", "source_log_id")
    return {**dict.fromkeys(texts), **{name: [] for name in lists}, "meta": {}, "incident": False}


def retention() -> timedelta:
    """How long an alert is kept after it was resolved."""
    return timedelta(days=clients.days("ALERT_RETENTION_DAYS", 400))


def longest_life() -> timedelta:
    """How long an alert is kept from its creation at most: what is stored beside it is kept as long from the start."""
    return retention() + timedelta(days=30)


def _end_of_life(alert: Alert) -> datetime:
    return ids.time_of(alert["id"]) + longest_life()


def create(alert: Alert) -> list[dynamo.Item]:
    """The operations that store a new alert and the rows of its receivers."""
    item = {name: alert.get(name) for name in (*_PLAIN, *_FILTERED)} | {
        "pk": alert["prefix_id"],
        "sk": _ALERT,
        "id": alert["id"],
        "account": account_partition(alert["account_id"]),
        "parent": alert["source_id"],
        "thirdparty": thirdparty_key(alert["account_id"], alert["thirdparty_id"]),
        "expires_at": int(_end_of_life(alert).timestamp()),
        "data": _data(alert),
        **_listed(alert),
    }
    return [dynamo.put(TABLE, item, "attribute_not_exists(pk)"), *_rows(alert, receivers_of(alert))]


def _data(alert: Alert) -> bytes:
    empty, missing = _empty(), object()
    fields = {name: value for name, value in _data_fields(alert).items() if name not in _FILTERED}
    return packing.deflate({name: value for name, value in fields.items() if value != empty.get(name, missing)})


def _listed(alert: Alert) -> dict[str, Any]:
    """Attributes that only lists read: the status, where it is listed while it is not over, and texts to look into."""
    account_id, resolved = alert["account_id"], alert["status"] == RESOLVED
    receivers = " ".join(receiver for _, receiver in receivers_of(alert))
    return {
        "account_status": status_partition(account_id, alert["status"]),
        "live": None if resolved else live_partition(account_id, alert["urgency"]),
        "receivers": _shortened(receivers) or None,
        "search": _shortened("\n".join([alert["title"], *alert["tags"], alert["thirdparty_id"]]).casefold()),
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SEARCH else text[: _LONGEST_SEARCH - 1] + CUT


def _rows(alert: Alert, receivers: Iterable[tuple[str, str]]) -> list[dynamo.Item]:
    """One row per team and account user, by which their alerts are listed; the first fifty, as a transaction has its
    bound."""
    row = {"pk": alert["prefix_id"], "id": alert["id"], "expires_at": int(_end_of_life(alert).timestamp())}
    listed = [receiver for prefix, receiver in receivers if prefix != ids.ROUTER][:_MOST_ROWS]
    return [
        dynamo.put(TABLE, {**row, "sk": f"receiver#{receiver}", "parent": receiver_parent(receiver)})
        for receiver in listed
    ]


def change(before: Alert, after: Alert, counted: int, now: datetime) -> list[dynamo.Item]:
    """The operations that bring an alert from what was read to what it becomes, and add duplicates to its count."""
    rewritten = _data_fields(before) != _data_fields(after)
    attributes: dict[str, Any] = {name: after.get(name) for name in _PLAIN if name not in ("dedup_count", "version")}
    listed_before = _listed(before)
    attributes |= {name: value for name, value in _listed(after).items() if value != listed_before[name]}
    if after["status"] == RESOLVED:
        attributes["expires_at"] = int(min(now + retention(), _end_of_life(after)).timestamp())
    condition, values = "account_status = :was", {":was": listed_before["account_status"]}
    if rewritten:
        attributes |= {"data": _data(after), "version": before["version"] + 1}
        attributes |= {name: after.get(name) for name in _FILTERED}
        condition, values = condition + " AND version = :version", {**values, ":version": before["version"]}
    add = {"dedup_count": counted} if counted else None
    operation = dynamo.update(
        TABLE, before["prefix_id"], _ALERT, set_=attributes, add=add, condition=condition, values=values
    )
    added = [receiver for receiver in receivers_of(after) if receiver not in receivers_of(before)]
    return [operation, *_rows(after, added)]


def _data_fields(alert: Alert) -> dict[str, Any]:
    return {name: value for name, value in alert.items() if name not in _BESIDE}


def count(alert_id: str, number: int) -> dynamo.Item:
    """The operation that adds duplicates to an alert's own count."""
    return dynamo.update(TABLE, key_of(alert_id), _ALERT, add={"dedup_count": number}, condition="attribute_exists(pk)")


def remove(alert: Alert) -> list[dynamo.Item]:
    """The operations that delete an alert and the rows of its receivers."""
    rows = [dynamo.delete(TABLE, alert["prefix_id"], f"receiver#{receiver}") for _, receiver in receivers_of(alert)]
    return [*rows, dynamo.delete(TABLE, alert["prefix_id"], _ALERT)]


def read(account_id: str, key: str) -> Alert | None:
    """An alert of the account by its prefix id, with the duplicates that it counts itself."""
    return read_many(account_id, [key]).get(key)


def read_many(account_id: str, keys: Iterable[str]) -> dict[str, Alert]:
    return weighed(account_id, keys)[0]


def weighed(account_id: str, keys: Iterable[str]) -> tuple[dict[str, Alert], int]:
    """Alerts of the account by prefix id, as `read_many` answers them, and the bytes that they take in storage."""
    wanted = list(dict.fromkeys(keys))
    if len(wanted) == 1:
        item = dynamo.get(TABLE, wanted[0], _ALERT)
        items = [item] if item else []
    else:
        items = dynamo.batch_get(TABLE, [(key, _ALERT) for key in wanted])
    found = {item["pk"]: _alert(item) for item in items if item["account"] == account_partition(account_id)}
    return found, sum(len(item["data"]) for item in items)


def _alert(item: Mapping[str, Any]) -> Alert:
    account_id, _, status = item["account_status"].partition("#")
    beside = {"id": item["id"], "prefix_id": item["pk"], "account_id": account_id, "source_id": item["parent"]}
    plain = {name: item.get(name) for name in (*_PLAIN, *_FILTERED)}
    return cast("Alert", {**beside, **plain, "status": status, **_empty(), **packing.inflate(item["data"])})


def account_partition(account_id: str) -> str:
    """The partition of the index by account that lists an account's alerts."""
    return f"{account_id}#alert"


def status_partition(account_id: str, status: str) -> str:
    """The partition of the index by status."""
    return f"{account_id}#{status}"


def live_partition(account_id: str, urgency: str) -> str:
    """The partition of the index of alerts that are not over."""
    return f"{account_id}#{urgency}"


def thirdparty_key(account_id: str, thirdparty_id: str) -> str:
    """The partition of the index by thirdparty_id."""
    return f"{account_id}#{short_key(thirdparty_id)}"


def receiver_parent(receiver_id: str) -> str:
    """The partition of the index by parent that lists the alerts assigned to a team or account user."""
    return f"receiver#{receiver_id}"


def short_key(text: str) -> str:
    """A text as part of a DynamoDB key, which holds 1,024 bytes (2,048 for a partition key)."""
    encoded = text.encode("utf-8", "surrogatepass")
    return text if len(encoded) <= 700 and text.isprintable() else "sha256:" + hashlib.sha256(encoded).hexdigest()


def key_of(alert_id: str) -> str:
    return ids.prefix_id(ids.ALERT, alert_id)
