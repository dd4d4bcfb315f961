"""Conditions that can never hold are told, with what was meant; those that can are not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from chalicelib.alerts.alert import match_data, new_alert
from chalicelib.matching.matcher import ConditionError, compile_condition
from chalicelib.matching.mistakes import mistakes
from chalicelib.routing.sight import ATTRIBUTES, SHAPE

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def told(condition: Any) -> list[str]:
    compile_condition(condition)
    return [message for _, message in mistakes(condition, SHAPE)]


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        ({"urgency": "high"}, "did you mean alert.urgency?"),
        ({"data.status": "down"}, "did you mean log.data.status?"),
        ({"alrt.urgency": "high"}, "did you mean alert"),
        ({"host": "x"}, "a path starts with one of alert, log, log_parsed, always"),
        ({"alert.tag": "x"}, "did you mean alert.tags?"),
        ({"alert.urgncy": {"$ne": "x"}}, "did you mean alert.urgency?"),
        ({"alert": {"urgency": "high"}}, "write alert.urgency: ... instead"),
        ({"alert.urgency": "HIGH"}, "did you mean high?"),
        ({"$or": [{"alert.urgency": {"$in": ["high", "Critical"]}}]}, "did you mean critical?"),
        ({"$not": {"alert.urgency": {"$not": {"$nin": ["warning"]}}}}, "one of silent, low, medium, high, critical"),
        ({"alert.incident": "yes"}, "it is one of true, false"),
        ({"alert.title": {"$regex": "/disk/i"}}, "did you mean {$regex: 'disk', $options: i}?"),
        ({"$day": {"$in": ["Monday"]}}, "Monday is 1"),
        ({"$day": {"$in": [6, 0]}}, "Sunday is 7"),
        ({"$day": {"$eq": "wed"}}, "wed is 3"),
        ({"$now": {"$in": ["25.12.2026"]}}, "looks like '2026-12-25'"),
        ({"$now": {"format": "MM-DD", "$nin": ["12-25", "1-1"]}}, "never like '1-1'"),
    ],
)
def test_a_condition_that_can_never_hold_is_told_with_what_was_meant(condition: Any, meant: str) -> None:
    (message,) = told(condition)
    assert meant in message


@pytest.mark.parametrize(
    "condition",
    [
        {"always": True, "log_parsed": False, "log": None},
        {"alert.urgency": {"$in": ["high", None], "$exists": True}},
        {"alert.meta.any.thing": 1, "alert.tags": "HIGH", "alert.tags.0": "x"},
        {"log.data.commonLabels.host\\.keyword": "x", "log.anything": {"a": 1}},
        {"log.url": {"$regex": "/integration/"}},
        {"$day": {"$in": [1, 7], "$gt": 0}},
        {"$now": {"format": "MMM D", "$in": ["Jan 5", "Dec 25"]}},
        {"$now": {"format": "HH:mm", "$gte": "9"}},
    ],
)
def test_a_condition_that_can_hold_is_left_alone(condition: Any) -> None:
    assert told(condition) == []


def test_the_attributes_are_those_that_rules_see_of_an_alert() -> None:
    alert = new_alert("01HXM5XQ3V9WJ1N7B0Z2T4R6Y8", "a", "s", "t", {}, NOW)
    assert set(ATTRIBUTES) == set(match_data(alert))


VALUES = some.recursive(
    some.one_of(some.none(), some.booleans(), some.integers(-1, 9), some.sampled_from(["high", "/a/i", "1-1", "x.y"])),
    lambda inner: some.one_of(
        some.lists(inner, max_size=3),
        some.dictionaries(
            some.sampled_from(
                ["$in", "$eq", "$not", "$and", "$or", "$regex", "$day", "$now", "format", "alert", "alert.tag", "x", ""]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_whatever_compiles_can_be_looked_over(condition: Any) -> None:
    try:
        compile_condition(condition)
    except ConditionError:
        return
    json.dumps(list(mistakes(condition, SHAPE)))
