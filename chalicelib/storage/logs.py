"""Logs: what arrived and what was done with it, newest first by account and by owner, kept for a while.

A request's log is also the record that it was processed: its id is the request's, and it is written in the same
transaction as what the request did, so a message that is delivered twice changes nothing the second time.

A request is stored once. A small one lies in its log; for a larger one an object in S3 is cheaper than write units.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypedDict

from chalicelib import ids
from chalicelib.alerts.log import DONE, Log
from chalicelib.storage import clients, dynamo, packing
from chalicelib.storage.messages import read_object, write_object
from chalicelib.times import iso

TABLE = "LOGS_TABLE"
SHARDS = 4
"""An account's logs are spread over so many partitions of their index: one takes 1,000 writes a second."""

_LARGEST_INLINE = 4 * 1024
"""Bytes of a request above which a PUT to S3 costs less than the write units of a transaction."""

_LONGEST_BRIEF = 500


class StoredLog(TypedDict):
    """A log as it is read. `created_at` is ISO 8601; `request` is a packed one, null in what is no request's log;
    `change` is null in what is no log of a change of configuration."""

    id: str
    prefix_id: str
    account_id: str
    owner_type: str
    owner_id: str
    level: str
    state: str
    created_at: str
    message: Any
    sublogs: list[dict[str, Any]]
    request: dict[str, Any] | None
    change: dict[str, Any] | None


def retention_days() -> int:
    return clients.days("LOG_RETENTION_DAYS", 30)


def put(log: Log, once: bool = False) -> dynamo.Item:
    """The operation that stores a log; writes its large part to S3 at once. `once`: refuse when it is done already."""
    head: dict[str, Any] = {"owner_type": log.owner[0], "message": log.message, "sublogs": log.sublogs}
    head |= {"change": log.change} if log.change else {}
    item: dict[str, Any] = {
        "pk": ids.prefix_id(ids.LOG, log.id),
        "id": log.id,
        "account": account_partition(log.account_id, log.id),
        "parent": log.owner[1],
        "flag": None if log.level == "info" else f"{log.account_id}#{log.level}",
        "state": None if log.state == DONE else log.state,
        "expires_at": int((ids.time_of(log.id) + timedelta(days=retention_days())).timestamp()),
    }
    content = packing.deflate({**head, "request": log.request} if log.request else head)
    if len(content) > _LARGEST_INLINE:
        item["object"] = f"requests/{item['pk']}.log"
        write_object(item["object"], content)
        content = packing.deflate(_shortened(head))
    item["data"] = content
    if not once:
        return dynamo.put(TABLE, item)
    return dynamo.put(TABLE, item, "attribute_not_exists(pk) OR attribute_exists(#state)")


def _shortened(head: Mapping[str, Any]) -> dict[str, Any]:
    """What lists show of a log whose whole content is in S3."""
    whole = packing.deflate(head)
    if len(whole) <= _LARGEST_INLINE // 2:
        return dict(head)
    note = {"message": "too long for a list: retrieve the log to see all of it", "level": "info", "time": None}
    message = head["message"] if isinstance(head["message"], str) else ""
    return {"owner_type": head["owner_type"], "message": message[:_LONGEST_BRIEF], "sublogs": [note]}


def account_partition(account_id: str, log_id: str) -> str:
    """The partition of the index by account that a log is in."""
    return partitions(account_id)[zlib.crc32(log_id.encode()) % SHARDS]


def partitions(account_id: str) -> list[str]:
    """The partitions of the index by account that hold an account's logs."""
    return [f"{account_id}#{shard}" for shard in range(SHARDS)]


def read(account_id: str, key: str) -> StoredLog | None:
    """A log of the account by its prefix id, all of it."""
    item = dynamo.get(TABLE, key)
    if item is None or not _is_readable(item, account_id):
        return None
    return _log(item, packing.inflate(read_object(item["object"]) if "object" in item else item["data"]))


def read_many(account_id: str, keys: Iterable[str]) -> dict[str, StoredLog]:
    """Logs of the account by their prefix ids, without what of them lies in S3."""
    items = dynamo.batch_get(TABLE, [(key, None) for key in keys])
    return {item["pk"]: _log(item, packing.inflate(item["data"])) for item in items if _is_readable(item, account_id)}


def exists(log_id: str) -> bool:
    """Whether there is a log with this id (a ULID), in whatever state."""
    return dynamo.get(TABLE, ids.prefix_id(ids.LOG, log_id)) is not None


def _is_readable(item: Mapping[str, Any], account_id: str) -> bool:
    """Whether a log is the account's and its time is not over: DynamoDB deletes it hours later, S3 its part at once."""
    return bool(item["account"].partition("#")[0] == account_id and item["expires_at"] >= time.time())


def _log(item: Mapping[str, Any], content: Mapping[str, Any]) -> StoredLog:
    return {
        "id": item["id"],
        "prefix_id": item["pk"],
        "account_id": item["account"].partition("#")[0],
        "owner_type": content["owner_type"],
        "owner_id": item["parent"],
        "level": item["flag"].partition("#")[2] if "flag" in item else "info",
        "state": item.get("state", DONE),
        "created_at": iso(ids.time_of(item["id"])),
        "message": content["message"],
        "sublogs": content["sublogs"],
        "request": content.get("request"),
        "change": content.get("change"),
    }
