"""Conditions become filter expressions that DynamoDB takes; and items come from its client as they were sent."""

from __future__ import annotations

import pytest

from chalicelib.storage import clients, dynamo
from chalicelib.storage.where import Condition, expression, size


def test_each_clause_holds_by_one_of_its_conditions() -> None:
    where = (
        (Condition("search", "has", ("disk", "full")), Condition("tiny_id", "is", (12,))),
        (Condition("search", "has", ("…",)),),
    )
    text, names, values = expression(where)
    assert text == "(contains(#w0, :w0) OR contains(#w0, :w1) OR #w1 IN (:w2)) AND (contains(#w0, :w3))"
    assert names == {"#w0": "search", "#w1": "tiny_id"}
    assert values == {":w0": "disk", ":w1": "full", ":w2": 12, ":w3": "…"}
    assert size(where) == 4


def test_an_in_takes_a_hundred_values_so_more_are_several() -> None:
    text, _, values = expression(((Condition("parent", "is", tuple(map(str, range(150)))),),))
    assert text.count("#w0 IN (") == 2 and text.count(" OR ") == 1
    assert len(values) == 150


def test_the_largest_expression_fits_what_dynamodb_takes() -> None:
    from chalicelib.storage.where import MOST_VALUES

    text, _, _ = expression(tuple((Condition("receivers", "has", ("x",)),) for _ in range(MOST_VALUES)))
    assert len(text) <= 4096
    assert text.count("contains") + text.count(" AND ") <= 300


def test_items_are_not_parsed_attribute_by_attribute(world, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a list's CPU was botocore trying ten types on each attribute; the hook that spares it must be there."""
    from botocore import parsers

    integration = world.integration()
    world.send(integration, {"event_type": "create", "Id": "1", "Title": "x"})
    (alert,) = world.alerts()
    structures: list[str] = []
    handle = parsers.JSONParser._handle_structure

    def counted(self, shape, value):
        structures.append(shape.name)
        return handle(self, shape, value)

    monkeypatch.setattr(parsers.JSONParser, "_handle_structure", counted)
    found = dynamo.batch_get("ALERTS_TABLE", [(alert["prefix_id"], "alert")])
    assert [item["id"] for item in found] == [alert["id"]] and isinstance(found[0]["data"], bytes)
    assert "BatchGetItemOutput" in structures and "AttributeValue" not in structures
    raw = clients.dynamodb().get_item(
        TableName=clients.name("ALERTS_TABLE"), Key=dynamo.key(alert["prefix_id"], "alert")
    )
    assert dynamo.unmarshal_item(raw["Item"])["data"] == found[0]["data"]
