"""What holds for every condition and every document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.matching.matcher import Condition, ConditionError, compile_condition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = st.sampled_from(["a", "b", "a.b", "a.0", "a.b.c", "0", "length", "", "a.length"])
OPERATORS = st.sampled_from(
    [
        *("$eq", "$ne", "$in", "$nin", "$exists", "$gt", "$gte", "$lt", "$lte", "$mod", "$all", "$size", "$type"),
        *("$and", "$or", "$nor", "$not", "$regex", "$options", "$elemMatch", "$day", "$now", "$timeBetween", "$foo"),
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["a", "b", "number", "^a", "5", "i"])
)  # fmt: skip
PARTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | OPERATORS, inner, max_size=3),
    max_leaves=12,
)
CONDITIONS = st.dictionaries(KEYS | OPERATORS, PARTS, max_size=3)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["a", "b", "0", "length", ""]),
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c", "0"]), inner, max_size=3)
        ),
        max_leaves=10,
    ),
    max_size=4,
)


def compiled(condition: Any) -> Condition | None:
    try:
        return compile_condition(condition)
    except ConditionError as refused:
        assert refused.problems
        return None


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, DOCUMENTS)
def test_a_condition_fails_at_compile_or_never(condition: dict[str, Any], document: dict[str, Any]) -> None:
    found = compiled(condition)
    if found:
        assert found.matches(document, NOW) is (found.explain(document, NOW) is None)


@settings(max_examples=100, deadline=None)
@given(PARTS)
def test_anything_at_all_may_be_given_as_a_condition(condition: Any) -> None:
    compiled(condition)


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, DOCUMENTS)
def test_not_and_nor_are_the_opposite(condition: dict[str, Any], document: dict[str, Any]) -> None:
    found = compiled(condition)
    if found:
        matched = found.matches(document, NOW)
        assert compile_condition({"$not": condition}).matches(document, NOW) is not matched
        assert compile_condition({"$nor": [condition]}).matches(document, NOW) is not matched
        assert compile_condition({"$and": [condition, condition]}).matches(document, NOW) is matched


def test_lists_in_lists_without_end_do_no_harm() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    for condition in ({"a": 1}, {"a.b": 1}, {"a": {"$mod": [1, 0]}}, {"a": {"$gte": None}}, {"a": [[[1]]]}):
        assert compile_condition(condition).matches({"a": deep}, NOW) in (True, False)


def test_nested_queries_over_nested_lists_stay_bounded() -> None:
    deep: Any = {"b": 1}
    for _ in range(30):
        deep = {"b": [[[[deep]]]]}
    condition: Any = {"$eq": 2}
    for _ in range(10):
        condition = {"$not": {"b": condition}}
    compile_condition({"a": condition}).matches({"a": deep}, NOW)
