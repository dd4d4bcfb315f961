"""Comments: kept beside the alerts, listed by what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.storage import dynamo
from chalicelib.storage.alerts import TABLE

_COMMENT = "comment"
Comment = dict[str, Any]


def create(comment: Comment) -> None:
    item = {
        "pk": comment["prefix_id"],
        "sk": _COMMENT,
        "id": comment["id"],
        "account_id": comment["account_id"],
        "account_model": f"{comment['account_id']}#comment",
        "parent": parent_of(comment["commentable_id"]),
        "data": comment,
    }
    dynamo.write(dynamo.put(TABLE, item, "attribute_not_exists(pk)"))


def parent_of(commentable_id: str) -> str:
    """The partition of the index by parent that lists the comments on an object."""
    return f"comments#{commentable_id}"


def read(account_id: str, key: str) -> Comment | None:
    return read_many(account_id, [key]).get(key)


def read_many(account_id: str, keys: Iterable[str]) -> dict[str, Comment]:
    items = dynamo.batch_get(TABLE, [(key, _COMMENT) for key in keys])
    return {item["pk"]: item["data"] for item in items if item["account_id"] == account_id}
