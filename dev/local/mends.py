"""Mends of moto: one DynamoDB call at a time, and no call whose cost or memory grows with all that is stored.

As moto 5.2 comes, a transaction copies whole tables for each of its operations and is not isolated from other threads,
a query sorts and copies more than it answers, every item ever made is remembered for a dashboard, and the server lists
a folder per call. What queues need is in `queues`.
"""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dev.local import queues, transactions

dynamodb_lock = threading.RLock()
"""Held while DynamoDB answers a call."""


@functools.cache
def apply() -> None:
    """Mend moto, for as long as this process lives."""
    from moto import backends
    from moto.dynamodb.models import DynamoDBBackend, dynamo_type, table
    from moto.dynamodb.responses import DynamoHandler
    from moto.sqs.models import Message

    handler: Any = DynamoHandler
    handler.call_action = _one_at_a_time(handler.call_action)
    backend: Any = DynamoDBBackend
    backend.transact_write_items = transactions.transact_write_items
    tables: Any = table.Table
    tables.query = _query_of_a_view(tables.query)
    indexes: Any = table.SecondaryIndex
    indexes.project = _project
    models: Any = (dynamo_type.Item, table.Table, Message)
    for model in models:
        model.__new__ = _untracked
    queues.mend()
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules


def _one_at_a_time(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def guarded(*arguments: Any, **named: Any) -> Any:
        with dynamodb_lock:
            return call(*arguments, **named)

    return guarded


def _untracked(model: type, *_: Any, **__: Any) -> Any:
    return object.__new__(model)


def _query_of_a_view(query: Callable[..., Any]) -> Callable[..., Any]:
    """Table.query, on a view of the table with only the items that its hash keys pick, nearly in order."""

    @functools.wraps(query)
    def query_view(
        table: Any, hash_key: Any, comparison: Any, objects: Any, limit: Any, start: Any, forward: Any, projection: Any,
        index_name: str | None = None, *more: Any, **named: Any,
    ) -> Any:  # fmt: skip
        view = copy.copy(table)
        items = _entries(table, index_name, named["hash_key_conditions"]) if index_name else _under(table, hash_key)
        view.all_items = lambda: items
        return query(view, hash_key, comparison, objects, limit, start, forward, projection, index_name, *more, **named)

    return query_view


def _under(table: Any, hash_key: Any) -> list[Any]:
    if hash_key not in table.items:
        return []
    found = table.items[hash_key]
    return _sorted(found.values(), [table.range_key_attr]) if table.has_range_key else [found]


def _entries(table: Any, index_name: str, conditions: Any) -> list[Any]:
    """The entries of an index under these hash keys: pages count their size, as DynamoDB's do, not the items'."""
    index = next((index for index in table.all_indexes() if index.name == index_name), None)
    if index is None:
        return []
    wanted = [(name, value.value) for name, value in conditions if value.type == "S"]
    partitions = table.items.values()
    rows = (item for items in partitions for item in items.values()) if table.has_range_key else partitions
    found = [
        item for item in rows if all(name in item.attrs and item.attrs[name].value == value for name, value in wanted)
    ]
    return _sorted((index.project(item) for item in found), [*index.schema_key_attrs, *table.table_key_attrs])


def _sorted(items: Iterable[Any], names: Sequence[str]) -> list[Any]:
    """By the text of some attributes: moto sorts again by what they mean, which takes little for what is in order."""
    return sorted(items, key=lambda item: [str(item.attrs[name].value) for name in names if name in item.attrs])


def _project(index: Any, item: Any) -> Any:
    """An item's entry in an index; its values are shared with the item."""
    kind = (index.projection or {}).get("ProjectionType")
    if kind not in ("KEYS_ONLY", "INCLUDE"):
        return item
    names = {*index.table_key_attrs, *index.schema_key_attrs, *index.projection.get("NonKeyAttributes", ())}
    entry = copy.copy(item)
    entry.attrs = type(item.attrs)()
    for name in names & item.attrs.keys():
        dict.__setitem__(entry.attrs, name, item.attrs[name])
    return entry
