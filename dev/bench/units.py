"""DynamoDB's request units, counted as AWS bills them: moto answers every call, but does not weigh it."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from math import ceil
from typing import Any, NamedTuple

Item = Mapping[str, Mapping[str, Any]]
_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


def item_size(item: Item) -> int:
    """Bytes of an item: names and values; a number takes about half a byte per digit."""
    return sum(len(name.encode()) + _value_size(typed) for name, typed in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    kind, value = next(iter(typed.items()))
    if kind == "S":
        return len(value.encode())
    if kind == "B":
        return len(b64decode(value) if isinstance(value, str) else value)
    return {"N": len(str(value)) // 2 + 1, "BOOL": 1}.get(kind, 0)


def read_units(operation: str, sent: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Read units of a call: one per 4 KB read consistently, half of that otherwise; an absent item counts as one."""
    if operation == "GetItem":
        return weigh_read(item_size(answer.get("Item", {})), sent.get("ConsistentRead"))
    if operation == "BatchGetItem":
        tables = sent["RequestItems"]
        missing = sum(len(table["Keys"]) for table in tables.values())
        items = [item for found in answer["Responses"].values() for item in found]
        return sum(weigh_read(item_size(item), True) for item in items) + missing - len(items)
    if operation == "Query":
        return weigh_read(sum(map(item_size, answer.get("Items", []))), sent.get("ConsistentRead"))
    return 0.0


def weigh_read(size: int, consistent: Any) -> float:
    """Read units of so many bytes."""
    return max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)


def writes_of(operation: str, sent: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The single writes in a call: (Put, Update or Delete, its arguments)."""
    if operation == "TransactWriteItems":
        return [next(iter(entry.items())) for entry in sent["TransactItems"]]
    return [(_WRITES[operation], sent)] if operation in _WRITES else []


class Index(NamedTuple):
    """The attributes that an index is keyed by, and those that it holds besides. What it holds is below 1 KB."""

    name: str
    keys: tuple[str, ...]
    projected: tuple[str, ...] = ()


def writes_by_partition(
    before: Item, after: Item, keys: Iterable[str], indexes: Iterable[Index], transaction: bool
) -> Counter[str]:
    """Write units of one write by the partition that takes them: one per KB of the larger image, twice in a
    transaction, and those of its indexes: one where the item appears in an index, vanishes or changes in it, two where
    its keys there change."""
    image = after or before
    size = max(item_size(before), item_size(after))
    units = Counter({_partition("", keys, image): max(1, ceil(size / 1024)) * (2 if transaction else 1)})
    for index in indexes:
        units[_partition(index.name, index.keys, image)] += _index_units(index, before, after)
    return units


def _partition(index: str, keys: Iterable[str], item: Item) -> str:
    name = next(iter(keys))
    return f"{index} {name} {next(iter(item.get(name, {'': ''}).values()))}"


def _index_units(index: Index, before: Item, after: Item) -> int:
    was, becomes = _keys(before, index.keys), _keys(after, index.keys)
    if was and becomes:
        changed = any(before.get(name) != after.get(name) for name in index.projected)
        return int(changed) if was == becomes else 2
    return int(bool(was or becomes))


def _keys(item: Item, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    return tuple(str(item[name]) for name in names) if all(name in item for name in names) else None


class Tables:
    """The keys and indexes of the tables, and the items in them."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self._describe = cache(lambda name: database.describe_table(TableName=name)["Table"])

    def keys(self, table: str) -> list[str]:
        return [key["AttributeName"] for key in self._describe(table)["KeySchema"]]

    def indexes(self, table: str) -> list[Index]:
        described = self._describe(table).get("GlobalSecondaryIndexes", [])
        return [
            Index(
                f"{table} {index['IndexName']}",
                tuple(key["AttributeName"] for key in index["KeySchema"]),
                tuple(index["Projection"].get("NonKeyAttributes", ())),
            )
            for index in described
        ]

    def image(self, kind: str, arguments: Mapping[str, Any]) -> Item:
        """The item that a write is about, as it is now; {} when there is none."""
        table = arguments["TableName"]
        source = arguments["Item"] if kind == "Put" else arguments["Key"]
        key = {name: source[name] for name in self.keys(table)}
        item: Item = self.database.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return item
