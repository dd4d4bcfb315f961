"""Logs: what arrived and what was done with it, newest first by account and by owner, kept for a while.

A request's log is also the record that it was processed: its id is the request's, and it is written in the same
transaction as what the request did, so a message that is delivered twice changes nothing the second time.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from chalicelib import ids
from chalicelib.storage import clients, dynamo
from chalicelib.storage.messages import read_object, write_object
from chalicelib.times import iso

TABLE = "LOGS_TABLE"
DONE = "done"
FAILED = "failed"
DEAD_LETTERED = "dead_lettered"
_LARGEST_INLINE = 300 * 1024

Log = dict[str, Any]


def retention_days() -> int:
    return clients.days("LOG_RETENTION_DAYS", 30)


def new_log(
    identifier: str,
    account_id: str,
    owner: tuple[str, str],
    now: datetime,
    message: Any,
    sublogs: list[dict[str, Any]],
    level: str = "info",
) -> Log:
    """A log of `owner` (type, ULID). `message` is text or a map; sub-logs are {message, level, time}."""
    return {
        "id": identifier,
        "prefix_id": ids.prefix_id(ids.LOG, identifier),
        "account_id": account_id,
        "owner_type": owner[0],
        "owner_id": owner[1],
        "level": level,
        "format": "text" if isinstance(message, str) else "json",
        "created_at": iso(now),
        "details": {"message": message, "sublogs": sublogs},
        "state": DONE,
    }


def put(log: Log, request: Mapping[str, Any] | None = None, once: bool = True) -> dynamo.Item:
    """The operation that stores a log. `request` is kept for a replay. `once`: refuse when it was done before."""
    content = zlib.compress(orjson.dumps({"details": log["details"], "request": request}), 6)
    item = {name: value for name, value in log.items() if name != "details"}
    item |= {
        "pk": log["prefix_id"],
        "account_model": f"{log['account_id']}#log",
        "parent": log["owner_id"],
        "expires_at": _expiry(log),
    }
    if len(content) > _LARGEST_INLINE:
        item["object"] = f"requests/{log['prefix_id']}.log"
        write_object(item["object"], content)
    else:
        item["content"] = content
    if not once:
        return dynamo.put(TABLE, item)
    return dynamo.put(TABLE, item, "attribute_not_exists(pk) OR #state <> :done", {":done": DONE})


def _expiry(log: Log) -> int:
    made = ids.time_of(log["id"])
    return int((made + timedelta(days=retention_days())).timestamp())


def read(account_id: str, key: str) -> Log | None:
    """A log of the account by its prefix id, with its `request` if it is one's."""
    item = dynamo.get(TABLE, key)
    return restore(item) if item and item["account_id"] == account_id and not expired(item) else None


def read_many(account_id: str, keys: list[str]) -> dict[str, Log]:
    """Logs of the account by their prefix ids."""
    items = dynamo.batch_get(TABLE, [(key, None) for key in keys])
    return {item["pk"]: restore(item) for item in items if item["account_id"] == account_id and not expired(item)}


def expired(item: dynamo.Item) -> bool:
    """Whether a log's time is over: DynamoDB deletes it hours later, S3 its large part at once."""
    return bool(item["expires_at"] < time.time())


def restore(item: dynamo.Item) -> Log:
    content = read_object(item["object"]) if "object" in item else item["content"]
    held = orjson.loads(zlib.decompress(content))
    hidden = ("pk", "account_model", "parent", "expires_at", "content", "object")
    return {**{name: value for name, value in item.items() if name not in hidden}, **held}
