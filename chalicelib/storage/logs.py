"""Logs: what arrived and what was done with it, newest first by account and by owner, kept for a while.

A request's log is also the record that it was processed: its id is the request's, and it is written in the same
transaction as what the request did, so a message that is delivered twice changes nothing the second time.

A request is stored once. A small one lies in its log; for a larger one an object in S3 is cheaper than write units.
Lists show what lies in the log: of what is long, a part.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypedDict

from chalicelib import ids
from chalicelib.alerts.log import DONE, Log
from chalicelib.encoding import encode
from chalicelib.storage import clients, dynamo, packing
from chalicelib.storage.messages import read_object, write_object
from chalicelib.times import iso

TABLE = "LOGS_TABLE"
SHARDS = 4
"""An account's logs are spread over so many partitions of their index: one takes 1,000 writes a second."""

_LARGEST_INLINE = 4 * 1024
"""Bytes of a request above which a PUT to S3 costs less than the write units of a transaction."""
_LARGEST_PART = 1024  # bytes of JSON of one field, in what lists show of a long log
_LONGEST_BRIEF = 500  # characters of a longer message
_LARGEST_LISTED = 32 * 1024
"""Bytes of JSON, inflated, above which lists show a part of a log: a hundred of them are read at once."""


class StoredLog(TypedDict):
    """A log as it is read. `created_at` is ISO 8601; `request` is a packed one and `action` what it was taken for, both
    null in what is no request's log; `change` is null in what is no log of a change of configuration."""

    id: str
    prefix_id: str
    account_id: str
    owner_type: str
    owner_id: str
    level: str
    action: str | None
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
    content: dict[str, Any] = {"owner_type": log.owner[0], "message": log.message, "sublogs": log.sublogs}
    content |= {"change": log.change} if log.change else {}
    content |= {"request": log.request} if log.request else {}
    key = ids.prefix_id(ids.LOG, log.id)
    item: dict[str, Any] = {
        "pk": key,
        "id": log.id,
        "account": account_partition(log.account_id, log.id),
        "parent": log.owner[1],
        "flag": None if log.level == "info" else flag(log.account_id, log.level),
        "action": log.message.get("action") if isinstance(log.message, Mapping) else None,
        "state": None if log.state == DONE else log.state,
        "expires_at": int((ids.time_of(log.id) + timedelta(days=retention_days())).timestamp()),
        **_packed(key, content, iso(ids.time_of(log.id))),
    }
    if not once:
        return dynamo.put(TABLE, item)
    return dynamo.put(TABLE, item, "attribute_not_exists(pk) OR attribute_exists(#state)")


def _packed(key: str, content: Mapping[str, Any], time: str) -> dict[str, Any]:
    """`data`, what lists show; and where that is a part, all of it: in `whole`, or in S3 at `object`."""
    plain = encode(content)
    packed = packing.compress(plain)
    if len(packed) > _LARGEST_INLINE:
        name = f"requests/{key}.log"
        write_object(name, packed)
        return {"data": packing.deflate(_part(content, time)), "object": name}
    if len(plain) > _LARGEST_LISTED:
        return {"data": packing.deflate(_part(content, time)), "whole": packed}
    return {"data": packed}


def _part(content: Mapping[str, Any], time: str) -> dict[str, Any]:
    """What lists show of a long log. It says that it is not all."""
    note = {"message": "too long for a list: retrieve the log to see all of it", "level": "info", "time": time}
    message = content["message"]
    empty = {"message": message[:_LONGEST_BRIEF] if isinstance(message, str) else {}, "sublogs": []}
    request = {"request": _without_body(content["request"])} if "request" in content else {}
    short = {name: value for name, value in {**content, **request}.items() if len(encode(value)) <= _LARGEST_PART}
    shown = {**empty, **short}
    return {**shown, "sublogs": [*shown["sublogs"], note]}


def _without_body(request: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: request[name] for name in ("method", "url", "remote_ip")}
    return {**named, "headers": {}, "query": {}, "body": ""}


def flag(account_id: str, level: str) -> str:
    """The partition of the index by flag: it holds logs of levels other than info."""
    return f"{account_id}#{level}"


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
    part = "whole" if "whole" in item else "data"
    packed = read_object(item["object"]) if "object" in item else item[part]
    return _log(item, packing.inflate(packed))


def weighed(account_id: str, keys: Iterable[str]) -> tuple[dict[str, StoredLog], int]:
    """Logs of the account by their prefix ids, of long ones a part, and the bytes that they take in storage."""
    items = dynamo.batch_get(TABLE, [(key, None) for key in keys])
    found = {item["pk"]: _log(item, packing.inflate(item["data"])) for item in items if _is_readable(item, account_id)}
    return found, sum(len(item["data"]) for item in items)


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
        "action": item.get("action"),
        "state": item.get("state", DONE),
        "created_at": iso(ids.time_of(item["id"])),
        "message": content["message"],
        "sublogs": content["sublogs"],
        "request": content.get("request"),
        "change": content.get("change"),
    }
