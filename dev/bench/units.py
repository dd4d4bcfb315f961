"""DynamoDB's request units, counted as AWS bills them: moto answers every call, but does not weigh it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from math import ceil
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


def item_size(item: Item) -> int:
    """Bytes of an item: names and values; a number takes about half a byte per digit."""
    return sum(len(name.encode()) + _value_size(typed) for name, typed in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    kind, value = next(iter(typed.items()))
    if kind == "S":
        return len(value.encode())
    return {"N": len(str(value)) // 2 + 1, "BOOL": 1}.get(kind, len(value) if kind == "B" else 0)


def read_units(operation: str, sent: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Read units of a call: one per 4 KB read consistently, half of that otherwise; an absent item counts as one."""
    if operation == "GetItem":
        return _read(item_size(answer.get("Item", {})), sent.get("ConsistentRead"))
    if operation == "BatchGetItem":
        tables = sent["RequestItems"]
        missing = sum(len(table["Keys"]) for table in tables.values())
        items = [item for found in answer["Responses"].values() for item in found]
        return sum(_read(item_size(item), True) for item in items) + missing - len(items)
    if operation == "Query":
        return _read(sum(map(item_size, answer.get("Items", []))), sent.get("ConsistentRead"))
    return 0.0


def _read(size: int, consistent: Any) -> float:
    return max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)


def writes_of(operation: str, sent: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The single writes in a call: (Put, Update or Delete, its arguments)."""
    if operation == "TransactWriteItems":
        return [next(iter(entry.items())) for entry in sent["TransactItems"]]
    return [(_WRITES[operation], sent)] if operation in _WRITES else []


def write_units(before: Item, after: Item, indexes: Iterable[tuple[str, ...]], transaction: bool) -> int:
    """Write units of one write: one per KB of the larger image, twice in a transaction, and those of its indexes.

    The indexes hold keys only, so one is written when its keys appear, vanish or (twice) change.
    """
    size = max(item_size(before), item_size(after))
    own = max(1, ceil(size / 1024)) * (2 if transaction else 1)
    return own + sum(_index_units(_keys(before, names), _keys(after, names)) for names in indexes)


def _keys(item: Item, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    return tuple(str(item[name]) for name in names) if all(name in item for name in names) else None


def _index_units(before: Any, after: Any) -> int:
    if before == after:
        return 0
    return 2 if before and after else 1


class Tables:
    """The keys and indexes of the tables, and the items in them."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self._describe = cache(lambda name: database.describe_table(TableName=name)["Table"])

    def keys(self, table: str) -> list[str]:
        return [key["AttributeName"] for key in self._describe(table)["KeySchema"]]

    def indexes(self, table: str) -> list[tuple[str, ...]]:
        found = self._describe(table).get("GlobalSecondaryIndexes", [])
        return [tuple(key["AttributeName"] for key in index["KeySchema"]) for index in found]

    def image(self, kind: str, arguments: Mapping[str, Any]) -> Item:
        """The item that a write is about, as it is now; {} when there is none."""
        table = arguments["TableName"]
        source = arguments["Item"] if kind == "Put" else arguments["Key"]
        key = {name: source[name] for name in self.keys(table)}
        item: Item = self.database.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return item
