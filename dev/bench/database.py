"""A stand-in for DynamoDB that reads tables of any size from memory and weighs it as AWS bills it. It answers at the
HTTP layer and takes its own CPU time out; it writes nothing, and what it does not know it refuses."""

from __future__ import annotations

import base64
import json
import time
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dev.bench.aws import answered
from dev.bench.expressions import HIGHEST, condition, key_condition
from dev.bench.units import Item, item_size, weigh_read

PAGE_BYTES = 1024 * 1024
Row = dict[str, dict[str, Any]]
Place = tuple[str, ...]
"""Where a row is in a partition of an index: the value of its second key, and the table's keys."""


@dataclass
class Bill:
    """What calls were billed as, and the CPU seconds that answering them took here."""

    units: float = 0.0
    calls: int = 0
    own_cpu: float = 0.0


@dataclass
class _Index:
    """An index, or by the name "" the table itself. `holds`: what its rows do, None: everything."""

    keys: tuple[str, ...]
    holds: frozenset[str] | None
    partitions: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class _Table:
    keys: tuple[str, ...]
    indexes: dict[str, _Index]
    items: dict[tuple[str, ...], bytes] = field(default_factory=dict)


class Database:
    """Tables as DescribeTable describes them."""

    def __init__(self, descriptions: Iterable[Mapping[str, Any]]) -> None:
        self.bill = Bill()
        self._tables = {described["TableName"]: _table(described) for described in descriptions}
        self._row = lru_cache(200_000)(self._read_row)

    def put(self, table: str, item: Mapping[str, Any]) -> None:
        """Store an item, as botocore takes it, over none that is there."""
        stored = self._tables[table]
        wire = {name: _wire(typed) for name, typed in item.items()}
        key = _key(stored, wire)
        stored.items[key] = json.dumps(wire).encode()
        for index in stored.indexes.values():
            if all(name in wire for name in index.keys):
                first, *second = (str(wire[name]["S"]) for name in index.keys)
                insort(index.partitions[first], (*second, *key))

    def take_bill(self) -> Bill:
        """What was billed since the last time."""
        bill, self.bill = self.bill, Bill()
        return bill

    def serve(self, client: Any) -> None:
        """Answer the calls of a DynamoDB client."""
        client.meta.events.register_first("before-send", self._answer)

    def _answer(self, request: Any, event_name: str, **_: Any) -> Any:
        started = time.process_time()
        answers = {"GetItem": self._get, "BatchGetItem": self._batch_get, "Query": self._query}
        found, units = answers[event_name.rpartition(".")[2]](json.loads(request.body))
        response = answered(request, json.dumps(found))
        self.bill.units += units
        self.bill.calls += 1
        self.bill.own_cpu += time.process_time() - started
        return response

    def _get(self, sent: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
        item = self._item(sent["TableName"], sent["Key"])
        return {"Item": item} if item else {}, weigh_read(item_size(item or {}), sent.get("ConsistentRead"))

    def _batch_get(self, sent: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
        responses: dict[str, list[Item]] = {}
        units = 0.0
        for table, asked in sent["RequestItems"].items():
            items = [self._item(table, key) for key in asked["Keys"]]
            units += sum(weigh_read(item_size(item or {}), asked.get("ConsistentRead")) for item in items)
            responses[table] = [item for item in items if item]
        return {"Responses": responses, "UnprocessedKeys": {}}, units

    def _item(self, table: str, key: Row) -> Row | None:
        stored = self._tables[table]
        item = stored.items.get(_key(stored, key))
        return json.loads(item) if item else None

    def _query(self, sent: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
        name, index = sent.get("IndexName", ""), self._tables[sent["TableName"]].indexes[sent.get("IndexName", "")]
        terms = sent["ExpressionAttributeNames"], sent["ExpressionAttributeValues"]
        bounds = key_condition(sent["KeyConditionExpression"], index.keys, *terms)
        is_wanted = condition(sent.get("FilterExpression", ""), index.keys, index.holds, *terms)
        items, examined, size, last = list[Row](), 0, 0, None
        for place in self._places(sent, index, *bounds):
            row, weight = self._row(sent["TableName"], name, place)
            examined, size = examined + 1, size + weight
            if is_wanted(row):
                items.append(row)
            if size >= PAGE_BYTES or examined == sent.get("Limit"):
                last = {name: row[name] for name in (*index.keys, *self._tables[sent["TableName"]].keys)}
                break
        found: dict[str, Any] = {"Count": len(items), "ScannedCount": examined}
        if sent.get("Select") != "COUNT":
            found["Items"] = [_projected(row, sent) for row in items]
        return found | ({"LastEvaluatedKey": last} if last else {}), weigh_read(size, sent.get("ConsistentRead"))

    def _places(self, sent: Mapping[str, Any], index: _Index, first: str, low: str, high: str) -> Iterator[Place]:
        """The places of a partition in the order asked for, from behind where the last call ended."""
        places = index.partitions.get(first, [])
        start, end = bisect_left(places, (low,)), bisect_right(places, (high, HIGHEST))
        behind = sent.get("ExclusiveStartKey")
        after = tuple(behind[name]["S"] for name in (*index.keys[1:], *self._keys(sent))) if behind else None
        if sent.get("ScanIndexForward", True):
            yield from places[bisect_right(places, after) if after else start : end]
        else:
            yield from reversed(places[start : bisect_left(places, after) if after else end])

    def _keys(self, sent: Mapping[str, Any]) -> tuple[str, ...]:
        return self._tables[sent["TableName"]].keys

    def _read_row(self, table: str, index: str, place: Place) -> tuple[Row, int]:
        """A row of an index as it holds it, and its bytes."""
        stored = self._tables[table]
        item: Row = json.loads(stored.items[place[-len(stored.keys) :]])
        holds = stored.indexes[index].holds
        row = item if holds is None else {name: typed for name, typed in item.items() if name in holds}
        return row, item_size(row)


def _table(described: Mapping[str, Any]) -> _Table:
    keys = tuple(part["AttributeName"] for part in described["KeySchema"])
    indexes = {"": _Index(keys, None)}
    for found in described.get("GlobalSecondaryIndexes", []):
        own = tuple(part["AttributeName"] for part in found["KeySchema"])
        more = found["Projection"].get("NonKeyAttributes", [])
        indexes[found["IndexName"]] = _Index(own, frozenset((*keys, *own, *more)))
    return _Table(keys, indexes)


def _key(table: _Table, item: Row) -> tuple[str, ...]:
    return tuple(str(item[name]["S"]) for name in table.keys)


def _wire(typed: Mapping[str, Any]) -> dict[str, Any]:
    kind, value = next(iter(typed.items()))
    return {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value}


def _projected(row: Row, sent: Mapping[str, Any]) -> Row:
    asked = sent.get("ProjectionExpression")
    if not asked:
        return row
    names = [sent["ExpressionAttributeNames"][name] for name in asked.split(", ")]
    return {name: row[name] for name in names if name in row}
