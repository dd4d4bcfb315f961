"""DynamoDB in few words: plain Python items in and out, and errors that say what happened.

Items hold text, numbers, bytes and booleans at their top level; everything nested is one JSON text in `data`, which
costs a tenth of marshalling it attribute by attribute; `data` that is bytes was packed by its owner.
"""

from __future__ import annotations

import random
import re
import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.encoding import decode, encode
from chalicelib.errors import Contended, Throttled
from chalicelib.storage import clients
from chalicelib.storage.where import Where, expression

Item = dict[str, Any]
T = TypeVar("T")
_BATCH = 100
_MOST_OPERATIONS = 100
_THROTTLED = {
    "ThrottlingError",
    "ThrottlingException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
}
_PLACEHOLDER = re.compile(r"#[a-z_]+")


class Clash(Contended):
    """Conditions did not hold: those of the operations at the places in `failed`; or another transaction was under
    way (`conflict`). `items` are the stored ones, one per operation, where DynamoDB gave them back."""

    def __init__(self, failed: list[int], items: list[Item | None], conflict: bool) -> None:
        super().__init__()
        self.failed = failed
        self.items = items
        self.conflict = conflict


def marshal(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    raise TypeError(f"cannot store {type(value).__name__}")


def marshal_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A DynamoDB item; null values are left out, `data` becomes JSON text."""
    found = {name: marshal(value) for name, value in item.items() if value is not None and name != "data"}
    if "data" in item:
        found["data"] = marshal(_text(item["data"]))
    return found


def _text(data: Any) -> str | bytes:
    return data if isinstance(data, bytes) else encode(data).decode()


def unmarshal_item(stored: Mapping[str, Mapping[str, Any]]) -> Item:
    item: Item = {}
    for name, typed in stored.items():
        kind, value = next(iter(typed.items()))
        if kind == "N":
            value = int(value) if value.lstrip("-").isdigit() else float(value)
        elif kind == "B" and isinstance(value, str):
            value = b64decode(value)
        item[name] = value
    if isinstance(item.get("data"), str):
        item["data"] = decode(item["data"])
    return item


def key(pk: str, sk: str | None) -> dict[str, Any]:
    return {"pk": {"S": pk}} if sk is None else {"pk": {"S": pk}, "sk": {"S": sk}}


def get(table: str, pk: str, sk: str | None = None, consistent: bool = True) -> Item | None:
    """One item by its key."""
    answer = clients.dynamodb().get_item(TableName=clients.name(table), Key=key(pk, sk), ConsistentRead=consistent)
    return unmarshal_item(answer["Item"]) if "Item" in answer else None


def batch_get(table: str, keys: Iterable[tuple[str, str | None]]) -> list[Item]:
    """Items by key, consistently read, in no order; what is not stored is missing."""
    found: list[Item] = []
    wanted = [key(pk, sk) for pk, sk in dict.fromkeys(keys)]
    name = clients.name(table)
    for start in range(0, len(wanted), _BATCH):
        pending: Any = {name: {"Keys": wanted[start : start + _BATCH], "ConsistentRead": True}}
        for attempt in range(8):
            answer = clients.dynamodb().batch_get_item(RequestItems=pending)
            found += map(unmarshal_item, answer["Responses"].get(name, []))
            pending = answer.get("UnprocessedKeys")
            if not pending:
                break
            back_off(attempt)
        else:
            raise Throttled()
    return found


def query(
    table: str,
    hash_key: tuple[str, str],
    range_key: tuple[str, str, str],
    forward: bool = True,
    limit: int | None = None,
) -> Iterator[Item]:
    """Items of one partition in key order, consistently read, pages of at most `limit` as consumed. `range_key` is
    (attribute, low, high), ends included."""
    arguments = _query_arguments(table, hash_key, range_key) | {"ConsistentRead": True}
    arguments |= {"ScanIndexForward": forward} | ({"Limit": limit} if limit else {})
    while True:
        answer = clients.dynamodb().query(**arguments)
        yield from map(unmarshal_item, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


@dataclass(frozen=True)
class Look:
    """What one call saw of a partition: the items that were wanted, how many there were, how many were looked at for
    them, and where the next call goes on (None: there is no more)."""

    items: list[Item]
    count: int
    examined: int
    end: Mapping[str, Any] | None


def look(
    table: str,
    hash_key: tuple[str, str],
    index: str,
    range_key: tuple[str, str, str],
    where: Where = (),
    attributes: Sequence[str] = (),
    forward: bool = True,
    most: int | None = None,
    start: Mapping[str, Any] | None = None,
) -> Look:
    """One call's worth of an index: looks at `most` items and at 1 MB of them, from behind `start`, for those that
    `where` wants. Answers `attributes` of these; without any, only their number."""
    arguments = _query_arguments(table, hash_key, range_key) | {"IndexName": index}
    arguments |= {"ScanIndexForward": forward, "Select": "SPECIFIC_ATTRIBUTES" if attributes else "COUNT"}
    names = {f"#p{place}": attribute for place, attribute in enumerate(attributes)}
    if attributes:
        arguments["ProjectionExpression"] = ", ".join(names)
    if where:
        arguments["FilterExpression"], more, values = expression(where)
        names |= more
        arguments["ExpressionAttributeValues"] |= {name: marshal(value) for name, value in values.items()}
    arguments["ExpressionAttributeNames"] |= names
    if most:
        arguments["Limit"] = most
    if start:
        arguments["ExclusiveStartKey"] = start
    answer = clients.dynamodb().query(**arguments)
    items = [unmarshal_item(item) for item in answer.get("Items", [])]
    return Look(items, answer["Count"], answer["ScannedCount"], answer.get("LastEvaluatedKey"))


def _query_arguments(table: str, hash_key: tuple[str, str], range_key: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "TableName": clients.name(table),
        "KeyConditionExpression": "#h = :h AND #r BETWEEN :low AND :high",
        "ExpressionAttributeNames": {"#h": hash_key[0], "#r": range_key[0]},
        "ExpressionAttributeValues": {
            ":h": marshal(hash_key[1]),
            ":low": marshal(range_key[1]),
            ":high": marshal(range_key[2]),
        },
    }


def put(
    table: str, item: Mapping[str, Any], condition: str | None = None, values: Mapping[str, Any] | None = None
) -> Item:
    """A put for `transact` (or `write`). `condition` names attributes as they are, reserved words
    with a hash in front: ``attribute_not_exists(pk) OR #state <> :done``."""
    return {"Put": _conditioned(table, {"Item": marshal_item(item)}, condition, values)}


def update(
    table: str,
    pk: str,
    sk: str | None,
    set_: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    condition: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> Item:
    """An update for `transact`: `set_` values replace (null removes), `add` numbers are added."""
    sets, removes, adds = [], [], []
    names: dict[str, str] = {}
    bound: dict[str, Any] = dict(values or {})
    for position, (name, value) in enumerate((set_ or {}).items()):
        names[f"#s{position}"] = name
        if value is None:
            removes.append(f"#s{position}")
        else:
            sets.append(f"#s{position} = :s{position}")
            bound[f":s{position}"] = _text(value) if name == "data" else value
    for position, (name, amount) in enumerate((add or {}).items()):
        names[f"#a{position}"] = name
        adds.append(f"#a{position} :a{position}")
        bound[f":a{position}"] = amount
    clauses = [("SET", sets), ("REMOVE", removes), ("ADD", adds)]
    expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses if parts)
    operation = {"Key": key(pk, sk), "UpdateExpression": expression, "ExpressionAttributeNames": names}
    return {"Update": _conditioned(table, operation, condition, bound)}


def delete(
    table: str, pk: str, sk: str | None, condition: str | None = None, values: Mapping[str, Any] | None = None
) -> Item:
    return {"Delete": _conditioned(table, {"Key": key(pk, sk)}, condition, values)}


def _conditioned(
    table: str, operation: Item, condition: str | None, values: Mapping[str, Any] | None
) -> dict[str, Any]:
    operation = {"TableName": clients.name(table), **operation}
    if condition:
        operation["ConditionExpression"] = condition
        names = {word: word[1:] for word in _PLACEHOLDER.findall(condition)}
        operation["ExpressionAttributeNames"] = {**operation.get("ExpressionAttributeNames", {}), **names}
        operation["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values:
        operation["ExpressionAttributeValues"] = {name: marshal(value) for name, value in values.items()}
    if not operation.get("ExpressionAttributeNames"):
        operation.pop("ExpressionAttributeNames", None)
    return operation


def transact(operations: list[Item]) -> None:
    """Write all operations or none. Raises Clash when a condition fails or another transaction holds an item, and
    Throttled when DynamoDB has no capacity for them now.

    DynamoDB takes 100 operations. Of more, the first without conditions are written ahead, one by one: an alert for
    hundreds of receivers is rather listed too early than not at all.
    """
    early = _early(operations)
    for position in early:
        write(operations[position])
    places = [position for position in range(len(operations)) if position not in early]
    if len(places) == 1:
        _alone(operations, places[0])
        return
    database = clients.dynamodb()
    try:
        database.transact_write_items(TransactItems=[operations[position] for position in places])
    except database.exceptions.TransactionCanceledException as error:
        raise _cancelled(error, places) from error
    except database.exceptions.ClientError as error:
        raise _throttled(error) from error


def _early(operations: list[Item]) -> set[int]:
    """The places of operations to write before the transaction, as they are too many for it."""
    surplus = len(operations) - _MOST_OPERATIONS
    return set([place for place, operation in enumerate(operations) if _is_free(operation)][: max(0, surplus)])


def _is_free(operation: Item) -> bool:
    arguments = operation.get("Put") or operation.get("Delete")
    return arguments is not None and "ConditionExpression" not in arguments


def _alone(operations: list[Item], place: int) -> None:
    try:
        write(operations[place])
    except Clash as clash:
        raise Clash([place] if clash.failed else [], clash.items, clash.conflict) from clash


def _cancelled(error: Any, places: list[int]) -> Exception:
    """What cancelled a transaction: a Clash with the places of the conditions that failed, or no capacity."""
    reasons = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code") for reason in reasons]
    failed = [place for place, code in zip(places, codes, strict=False) if code == "ConditionalCheckFailed"]
    conflict = "TransactionConflict" in codes
    if failed or conflict:
        items = [unmarshal_item(reason["Item"]) if reason.get("Item") else None for reason in reasons]
        return Clash(failed, items, conflict)
    return Throttled() if _THROTTLED.intersection(codes) else error


def _throttled(error: Any) -> Exception:
    return Throttled() if error.response["Error"]["Code"] in _THROTTLED else error


def write(operation: Item) -> Item | None:
    """Do one operation on its own: cheaper than a transaction of one. An update answers the new item."""
    (kind, arguments) = next(iter(operation.items()))
    database = clients.dynamodb()
    call = {"Put": database.put_item, "Update": database.update_item, "Delete": database.delete_item}[kind]
    extra = {"ReturnValues": "ALL_NEW"} if kind == "Update" else {}
    try:
        answer = call(**arguments, **extra)
    except database.exceptions.TransactionConflictException as error:
        raise Clash([], [None], True) from error
    except database.exceptions.ConditionalCheckFailedException as error:
        stored = error.response.get("Item")
        raise Clash([0], [unmarshal_item(stored) if stored else None], False) from error
    except database.exceptions.ClientError as error:
        raise _throttled(error) from error
    return unmarshal_item(answer["Attributes"]) if answer.get("Attributes") else None


def until_settled(step: Callable[[], T], attempts: int = 20, seconds: float = 10.0) -> T:
    """Run a read-decide-write step again for as long as others win the race for its items (Clash) or there is no
    capacity (Throttled): at most `attempts` times and `seconds`."""
    until = time.monotonic() + seconds
    for attempt in range(attempts):
        try:
            return step()
        except (Clash, Throttled):
            if attempt == attempts - 1 or time.monotonic() >= until:
                raise
            back_off(attempt)
    raise AssertionError("attempts is at least one")


def back_off(attempt: int) -> None:
    time.sleep(random.uniform(0, min(0.02 * 2**attempt, 1.0)))  # noqa: S311
