"""Comments: kept beside the alerts, listed by what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib.storage import dynamo
from chalicelib.storage.alerts import TABLE, longest_life

_COMMENT = "comment"
Comment = dict[str, Any]


def create(comment: Comment, now: datetime) -> None:
    """Store a comment for as long as an alert made now may live."""
    item = {
        "pk": comment["prefix_id"],
        "sk": _COMMENT,
        "id": comment["id"],
        "account": account_partition(comment["account_id"]),
        "parent": parent_of(comment["commentable_id"]),
        "expires_at": int((now + longest_life()).timestamp()),
        "data": comment,
    }
    dynamo.write(dynamo.put(TABLE, item, "attribute_not_exists(pk)"))


def account_partition(account_id: str) -> str:
    """The partition of the index by account that lists an account's comments."""
    return f"{account_id}#comment"


def parent_of(commentable_id: str) -> str:
    """The partition of the index by parent that lists the comments on an object."""
    return f"comments#{commentable_id}"


def read(account_id: str, key: str) -> Comment | None:
    return read_many(account_id, [key]).get(key)


def read_many(account_id: str, keys: Iterable[str]) -> dict[str, Comment]:
    items = dynamo.batch_get(TABLE, [(key, _COMMENT) for key in keys])
    return {item["pk"]: item["data"] for item in items if item["account"] == account_partition(account_id)}
