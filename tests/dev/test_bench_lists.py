"""The stand-in for DynamoDB weighs and refuses as DynamoDB does, and on it every kind of list stays within its units."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from dev.bench.database import Database
from dev.bench.expressions import condition, key_condition
from dev.local import aws

ROOT = Path(__file__).parents[2]
MEASURED = """
import json
from dev.bench import lists
lists.SIZES, lists._ROUNDS = (800,), 1
account, database = lists._prepared()
lists.fill(database, account, range(800))
print(json.dumps({name: lists._measure(database, account, path)[0].units for name, path in lists._asked(account).items()}))
"""
TABLE = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_owner",
            "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]},
        }
    ],
}
NAMES = {"#h": "owner", "#r": "id", "#w0": "text", "#w1": "pk", "#w2": "other", "#p0": "pk"}
VALUES = {":h": {"S": "a"}, ":low": {"S": "0"}, ":high": {"S": "z"}, ":w0": {"S": "x"}, ":w1": {"S": "1"}}


@pytest.fixture
def database() -> Database:
    """A hundred items of one owner, one in ten of which holds an x."""
    made = Database([TABLE])
    for number in range(100):
        text = ("x" if number % 10 == 0 else "y") * 300
        item = {"pk": {"S": f"{number:02}"}, "owner": {"S": "a"}, "id": {"S": f"{number:02}"}, "text": {"S": text}}
        made.put("t", {**item, "data": {"B": b"z" * 5000}, "other": {"S": "o"}})
    return made


@pytest.fixture
def client(database: Database) -> Any:
    made = boto3.client("dynamodb", region_name=aws.REGION, aws_access_key_id="x", aws_secret_access_key="y")
    database.serve(made)
    return made


def query(client: Any, **more: Any) -> dict[str, Any]:
    arguments = {
        "TableName": "t",
        "IndexName": "by_owner",
        "KeyConditionExpression": "#h = :h AND #r BETWEEN :low AND :high",
        "ExpressionAttributeNames": NAMES,
        "ExpressionAttributeValues": VALUES,
    }
    found: dict[str, Any] = client.query(**{**arguments, **more})
    return found


def test_a_query_is_billed_by_what_it_looks_at_in_the_index(database: Database, client: Any) -> None:
    found = query(client, FilterExpression="(contains(#w0, :w0))", ProjectionExpression="#p0", ScanIndexForward=False)
    assert [item["pk"]["S"] for item in found["Items"]] == [f"{number}0" for number in range(9, 0, -1)] + ["00"]
    assert (found["Count"], found["ScannedCount"]) == (10, 100)
    row = 4 + 2 * 4 + 6 + 304  # pk, id, owner and text with their values; neither data nor other
    assert (database.take_bill().units, row * 100) == (0.5 * 8, 32200)
    assert query(client, Select="COUNT", Limit=20)["Count"] == 20
    assert database.take_bill().units == 0.5 * 2


def test_a_query_goes_on_behind_the_last_row_that_it_looked_at(client: Any) -> None:
    for forward in (True, False):
        seen, start = [], {}
        for _ in range(8):
            found = query(client, Limit=15, ScanIndexForward=forward, **start)
            seen += [item["pk"]["S"] for item in found["Items"]]
            start = {"ExclusiveStartKey": found["LastEvaluatedKey"]} if "LastEvaluatedKey" in found else {}
            if not start:
                break
        assert seen == sorted(seen, reverse=not forward) and len(seen) == 100


def test_items_are_billed_one_by_one(database: Database, client: Any) -> None:
    keys = [{"pk": {"S": "01"}}, {"pk": {"S": "nope"}}]
    found = client.batch_get_item(RequestItems={"t": {"Keys": keys, "ConsistentRead": True}})
    assert found["Responses"]["t"][0]["data"]["B"] == b"z" * 5000
    assert database.take_bill().units == 2 + 1
    assert "Item" not in client.get_item(TableName="t", Key={"pk": {"S": "nope"}})
    assert database.take_bill().units == 0.5


@pytest.mark.parametrize(
    "expression",
    [
        "(contains(#r, :w0))",  # a key of the index
        "(contains(#w2, :w0))",  # not in the index
        "contains(#w0, :w0)",  # not as lists write it
        "(#w0 = :w0)",
        "(#w0 IN (" + ", ".join([":w0"] * 101) + "))",
        "(" + " OR ".join(["contains(#w0, :w0)"] * 301) + ")",
    ],
)
def test_what_dynamodb_would_refuse_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        condition(expression, ("owner", "id"), {"pk", "owner", "id", "text"}, NAMES, VALUES)


def test_conditions_are_read_as_they_are_meant() -> None:
    test = condition(
        "(contains(#w0, :w0) OR #w1 IN (:w1, :w0)) AND (contains(#w0, :h))", ("owner",), None, NAMES, VALUES
    )
    assert test({"text": {"S": "xa"}}) and test({"text": {"S": "a"}, "pk": {"S": "1"}})
    assert not test({"text": {"S": "x"}}) and not test({"text": {"S": "a"}}) and not test({})
    assert key_condition("#h = :h AND #r BETWEEN :low AND :high", ("owner", "id"), NAMES, VALUES) == ("a", "0", "z")
    with pytest.raises(ValueError, match="not about the keys"):
        key_condition("#h = :h AND #h BETWEEN :low AND :high", ("owner", "id"), NAMES, VALUES)


def test_every_list_of_the_bench_stays_within_its_units_and_asks_indexes_only_for_what_they_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, timeout=100, cwd=ROOT, check=True
    )
    units = json.loads(done.stdout)
    assert {"default", "source + status", "rare q over all", "logs level=error"} <= set(units)
    assert {name: found for name, found in units.items() if not 0 < found <= 250} == {}
