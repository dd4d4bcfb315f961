"""The mends of moto's DynamoDB: the same answers as moto's own, at a cost that does not grow with what is stored."""

from __future__ import annotations

import copy
import json
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from moto.dynamodb.exceptions import MultipleTransactionsException, TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend

from dev.local import mends
from tests.local import pristine

mends.apply()
MOTO = pristine.module("moto.dynamodb.models").DynamoDBBackend
MOTO_TABLE = pristine.module("moto.dynamodb.models.table").Table
MANY_EXAMPLES = settings(max_examples=300, deadline=None)

Item = dict[str, Any]


def a_backend(rows: int = 0) -> DynamoDBBackend:
    """Two tables, one with a range key and an index; `rows` items of other keys in each."""
    backend = DynamoDBBackend("us-east-1", "123456789012")
    common: Any = dict.fromkeys(
        (
            "throughput",
            "indexes",
            "streams",
            "sse_specification",
            "tags",
            "deletion_protection_enabled",
            "warm_throughput",
        )
    ) | {"billing_mode": "PAY_PER_REQUEST"}
    keys = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "owner", "id")]
    by_owner = {
        "IndexName": "by_owner",
        "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    backend.create_table("pairs", schema=keys, attr=types, global_indexes=[by_owner], **common)
    backend.create_table("singles", schema=keys[:1], attr=types[:1], global_indexes=[], **common)
    for number in range(rows):
        filler = {"owner": {"S": "others"}, "id": {"S": f"{number:06}"}, "text": {"S": "x" * 100}}
        backend.put_item("pairs", {"pk": {"S": f"row-{number}"}, "sk": {"S": "a"}, **filler})
        backend.put_item("singles", {"pk": {"S": f"row-{number}"}, **filler})
    return backend


def content(backend: DynamoDBBackend) -> Any:
    return {
        name: sorted(json.dumps(item.to_json(), sort_keys=True) for item in table.all_items())
        for name, table in backend.tables.items()
    }


def outcome(transact: Callable[[Any, list[Item]], Any], backend: Any, transaction: list[Item]) -> Any:
    """What a transaction ended with: nothing, or the whole error as it goes over the wire."""
    transaction = copy.deepcopy(transaction)
    for operation in transaction:
        for details in operation.values():
            details["ExpressionAttributeValues"] |= {":too_large": TOO_LARGE}
    try:
        return transact(backend, transaction)
    except Exception as error:
        return type(error).__name__, getattr(error, "description", str(error))


@some.composite
def keys(draw: some.DrawFn) -> tuple[str, Item]:
    """A table and a key of it; few, so that operations meet."""
    pk = {"pk": {"S": draw(some.sampled_from("ab"))}}
    if draw(some.booleans()):
        return "singles", pk
    return "pairs", {**pk, "sk": {"S": draw(some.sampled_from("xy"))}}


conditions = some.sampled_from(
    ["", "attribute_exists(pk)", "attribute_not_exists(pk)", "#n = :one", "#n <> :one OR attribute_not_exists(#n)"]
)
updates = some.sampled_from(["SET #n = :one", "ADD #n :one", "REMOVE #n", "SET #n = #n + :one", "SET #n = :too_large"])
TOO_LARGE = {"S": "x" * 500_000}


@some.composite
def operations(draw: some.DrawFn) -> Item:
    kind = draw(some.sampled_from(["Put", "Update", "Delete", "ConditionCheck", "Nonsense"]))
    table, key = draw(keys())
    details: Item = {"TableName": table}
    details |= {"Item": {**key, "n": {"N": draw(some.sampled_from("12"))}}} if kind == "Put" else {"Key": key}
    if kind == "Update":
        details["UpdateExpression"] = draw(updates)
    if condition := draw(conditions):
        details["ConditionExpression"] = condition
        details["ReturnValuesOnConditionCheckFailure"] = draw(some.sampled_from(["ALL_OLD", "NONE"]))
    details["ExpressionAttributeNames"] = {"#n": "n"}
    details["ExpressionAttributeValues"] = {":one": {"N": "1"}}
    return {kind: details}


@given(some.lists(some.lists(operations(), min_size=1, max_size=4), max_size=5))
@MANY_EXAMPLES
def test_transactions_end_as_motos_own_do(transactions: list[list[Item]]) -> None:
    mended, motos = a_backend(), a_backend()
    for transaction in transactions:
        theirs = outcome(MOTO.transact_write_items, motos, transaction)
        assert outcome(DynamoDBBackend.transact_write_items, mended, transaction) == theirs
        assert content(mended) == content(motos)


def put(pk: str, **details: Any) -> Item:
    return {"Put": {"TableName": "singles", "Item": {"pk": {"S": pk}, "n": {"N": "1"}}, **details}}


def test_a_condition_that_fails_in_the_middle_undoes_what_came_before_it_and_after() -> None:
    backend = a_backend()
    backend.transact_write_items([put("there")])
    before = content(backend)
    update = {"TableName": "singles", "Key": {"pk": {"S": "there"}}, "UpdateExpression": "SET m = :m"}
    refused = put("other", ConditionExpression="attribute_exists(pk)")
    with pytest.raises(TransactionCanceledException) as caught:
        backend.transact_write_items(
            [{"Update": {**update, "ExpressionAttributeValues": {":m": {"N": "2"}}}}, refused, put("new")]
        )
    assert [reason["Code"] for reason in json.loads(caught.value.description)["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
        "None",
    ]
    assert content(backend) == before


def test_the_stored_item_comes_with_the_reason_when_it_is_asked_for() -> None:
    backend = a_backend()
    backend.transact_write_items([put("there")])
    fresh = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    with pytest.raises(TransactionCanceledException) as caught:
        backend.transact_write_items([put("there", **fresh), put("other", **fresh)])
    refused, fine = json.loads(caught.value.description)["CancellationReasons"]
    assert refused["Item"] == {"pk": {"S": "there"}, "n": {"N": "1"}}
    assert fine == {"Code": "None"}


def test_two_operations_on_one_item_are_refused_whatever_their_conditions() -> None:
    backend = a_backend()
    with pytest.raises(MultipleTransactionsException):
        backend.transact_write_items([put("a", ConditionExpression="attribute_exists(pk)"), put("b"), put("b")])
    assert content(backend)["singles"] == []


def test_a_query_answers_what_motos_own_does() -> None:
    backend = a_backend()
    for number in range(40):
        item = {"pk": {"S": f"p{number % 3}"}, "sk": {"S": f"s{number * 7 % 40:02}"}, "text": {"S": "x" * number}}
        indexed = {"owner": {"S": f"o{number % 2}"}, "id": {"S": f"{number * 11 % 40:02}"}} if number % 5 else {}
        backend.put_item("pairs", item | indexed)
    for key, index, attribute in (("p1", None, "pk"), ("p9", None, "pk"), ("o1", "by_owner", "owner")):
        for forward in (True, False):
            for limit, between in ((100, None), (3, None), (4, ["s10", "s30"]), (4, ["10", "30"])):
                assert pages(backend, key, index, attribute, forward, limit, between, mended=True) == pages(
                    backend, key, index, attribute, forward, limit, between, mended=False
                )


def pages(
    backend: Any, key: str, index: str | None, attribute: str, forward: bool, limit: int, between: Any, mended: bool
) -> Any:
    """All pages of a query, with where each goes on."""
    from moto.dynamodb.models.dynamo_type import DynamoType

    table, start, found = backend.tables["pairs"], None, []
    query = type(table).query if mended else MOTO_TABLE.query
    hash_key, objects = DynamoType({"S": key}), [DynamoType({"S": text}) for text in between or ()]
    while True:
        items, scanned, start = query(
            table, hash_key, "BETWEEN" if between else None, objects, limit, start, forward, None, index,
            hash_key_conditions=[(attribute, hash_key)], range_key_conditions=[],
        )  # fmt: skip
        found.append(([item.to_json() for item in items], scanned, str(start)))
        if start is None:
            return found
        start = {name: value.to_json() for name, value in start.items()}


def test_what_a_query_answers_is_a_copy() -> None:
    backend = a_backend(rows=1)
    ((found,), _, _) = query_others(backend)
    found.attrs["id"].value = "changed"
    assert "changed" not in str(content(backend))


def query_others(backend: Any) -> Any:
    return backend.query(
        "pairs", {"S": "others"}, None, [], 100, None, True, None, "by_owner",
        hash_key_conditions=[("owner", {"S": "others"})],
    )  # fmt: skip


def query_one(backend: Any) -> Any:
    return backend.query("pairs", {"S": "row-3"}, None, [], 100, None, True, None)


def transact(backend: Any) -> None:
    backend.transact_write_items([put("row-1"), put("row-2"), put("fresh")])


@pytest.mark.parametrize("work", [transact, query_one])
def test_a_call_costs_the_same_whatever_is_stored(work: Callable[[Any], None]) -> None:
    few, many = a_backend(rows=5), a_backend(rows=500)
    assert pristine.calls_of(lambda: work(few)) == pristine.calls_of(lambda: work(many))


@pytest.fixture
def _threads_switch_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_threads_switch_often")
def test_transactions_of_many_threads_are_isolated(world: Any) -> None:
    """Half of them are cancelled; moto as it comes loses updates of the others then."""
    from botocore.exceptions import ClientError

    from chalicelib.storage import clients

    database, table = clients.dynamodb(), clients.name("COUNTERS_TABLE")
    update = {"TableName": table, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    missing = {"TableName": table, "Key": {"pk": {"S": "missing"}}, "ConditionExpression": "attribute_exists(pk)"}

    def add(name: str) -> None:
        for _ in range(20):
            database.transact_write_items(
                TransactItems=[{"Update": {**update, "Key": {"pk": {"S": key}}}} for key in ("all", name)]
            )
            with pytest.raises(ClientError):
                database.transact_write_items(
                    TransactItems=[{"Update": {**update, "Key": {"pk": {"S": "all"}}}}, {"ConditionCheck": missing}]
                )

    threads = [threading.Thread(target=add, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = database.get_item(TableName=table, Key={"pk": {"S": "all"}})
    assert found["Item"]["n"] == {"N": "80"}


def test_items_are_forgotten_when_they_are_deleted() -> None:
    from moto.dynamodb.models.dynamo_type import Item as StoredItem

    remembered = len(StoredItem.instances_tracked)
    a_backend(rows=3)
    assert len(StoredItem.instances_tracked) == remembered
