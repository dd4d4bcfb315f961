"""Large documents are cut level by level to what there is time for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.encoding import DEEPEST, TOO_DEEP
from chalicelib.pruning import MOST_VALUES, pruned, pruned_for

documents = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=30,
)


def values_in(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(1 + values_in(child) for child in inner)


@settings(max_examples=200, deadline=None)
@given(documents, st.integers(0, 40))
def test_a_document_keeps_its_upper_levels_and_is_not_changed_itself(document: Any, most: int) -> None:
    before = repr(document)
    found = pruned(document, most)
    assert repr(document) == before
    marker = f"[cut: more than {most:,} values]"
    assert values_in(found) - repr(found).count(marker) <= most
    assert type(found) is type(document)
    if values_in(document) <= most:
        assert found == document


def test_lists_end_in_a_marker_and_what_is_above_comes_first() -> None:
    document = {"title": "t", "list": list(range(10)), "map": {"a": 1, "b": 2}}
    assert pruned(document, 8) == {"title": "t", "list": [0, 1, 2, 3, 4, "[cut: more than 8 values]"], "map": {}}
    assert pruned([[1, 2], [3, 4]], 3) == [[1, "[cut: more than 3 values]"], ["[cut: more than 3 values]"]]


def test_depth_is_cut_without_recursion() -> None:
    value: Any = "x"
    for _ in range(100_000):
        value = [value]
    inner, levels = pruned(value, MOST_VALUES), 0
    while isinstance(inner, list):
        inner, levels = inner[0], levels + 1
    assert (inner, levels) == (TOO_DEEP, DEEPEST)


@pytest.mark.parametrize(
    ("conditions", "kept"), [(0, 60_000), (20, 60_000), (100, 10_000), (500, 2000), (100_000, 1000)]
)
def test_the_more_conditions_look_at_a_document_the_less_of_it_they_see(conditions: int, kept: int) -> None:
    seen = pruned_for({"list": [1] * 60_000}, conditions)["list"]
    assert kept - 2 <= len(seen) <= kept
