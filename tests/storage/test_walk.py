"""A walk visits every wanted row once and in order, however its partitions, filters and bounds fall: whoever follows
the cursors misses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.storage import partitions
from chalicelib.storage.dynamo import Look
from chalicelib.storage.lists import Source
from chalicelib.storage.walk import Bounds, Walk
from chalicelib.storage.where import Condition

WANTED = ((Condition("kind", "is", ("wanted",)),),)

Rows = Sequence[tuple[str, bool, bool]]  # id, whether the filter wants it, whether its item is still there


class Index:
    """An index in memory: partitions of rows, looked at as DynamoDB looks."""

    def __init__(self, contents: Sequence[Rows]) -> None:
        self.contents = {str(number): sorted(rows) for number, rows in enumerate(contents)}
        self.gone = {identifier for rows in contents for identifier, _, is_there in rows if not is_there}
        self.most_at_once = 0

    def look(
        self,
        table: str,
        place: tuple[str, str],
        index: str,
        bounds: tuple[str, str, str],
        where: Any,
        attributes: Sequence[str],
        forward: bool,
        most: int,
        start: Mapping[str, Any] | None,
    ) -> Look:
        rows = [row for row in self.contents[place[1]] if bounds[1] <= row[0] <= bounds[2]]
        rows = rows if forward else rows[::-1]
        if start:
            rows = [row for row in rows if (row[0] > start["id"]["S"] if forward else row[0] < start["id"]["S"])]
        seen = rows[:most]
        found = [{"id": identifier, "pk": identifier} for identifier, wanted, _ in seen if wanted or not where]
        end = {"id": {"S": seen[-1][0]}} if len(seen) == most else None
        return Look(found if attributes else [], len(found), len(seen), end)

    def load(self, keys: list[str]) -> tuple[dict[str, Any], int]:
        self.most_at_once = max(self.most_at_once, len(keys))
        return {key: {"id": key} for key in keys if key not in self.gone}, 100 * len(keys)

    def source(self, labelled: bool, filtered: bool) -> Source:
        names = tuple(self.contents)
        labels = tuple(f"label{'abcdef'[int(name)]}" for name in names) if labelled else ()
        where = WANTED if filtered else ()
        return Source("table", "index", "attribute", names, self.load, where=where, labels=labels)

    def expected(self, labelled: bool, filtered: bool, forward: bool) -> list[str]:
        groups = list(self.contents.values()) if labelled else [sorted({r for g in self.contents.values() for r in g})]
        found = [[row[0] for row in group if (row[1] or not filtered) and row[2]] for group in groups]
        flat = [identifier for group in found for identifier in group]
        return flat if forward else flat[::-1]


def identifiers(count: int) -> list[str]:
    return [ids.ulid(number, number) for number in range(1, count + 1)]


@st.composite
def indexes(draw: st.DrawFn) -> Index:
    """Up to forty rows in up to four partitions, most of which may be unwanted, or gone."""
    count, shares = draw(st.integers(0, 40)), draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))
    places: list[list[tuple[str, bool, bool]]] = [[] for _ in range(draw(st.integers(1, 4)))]
    for identifier in identifiers(count):
        wanted, there = draw(st.integers(0, 9)) >= shares[0], draw(st.integers(0, 9)) >= shares[1]
        places[draw(st.integers(0, len(places) - 1))].append((identifier, wanted, there))
    return Index(places)


def followed(index: Index, source: Source, forward: bool, bounds: Bounds, page: int | None) -> list[str]:
    """The ids of all rows, walk by walk, each going on where the last one ended."""
    found: list[str] = []
    cursor: str | None = ""
    for _ in range(500):
        walk = Walk(source, forward, bounds, cursor or "", page)
        rows = list(walk)
        assert page is None or len(rows) <= page
        assert walk.looked_at <= bounds.rows
        found += [str(row["id"]) for _, row in rows]
        cursor = walk.cursor
        if cursor is None:
            return found
    raise AssertionError("the walk never ends")


@given(
    index=indexes(),
    labelled=st.booleans(),
    filtered=st.booleans(),
    forward=st.booleans(),
    rows=st.integers(0, 12),
    items=st.integers(1, 6),
    page=st.none() | st.integers(1, 5),
    first=st.integers(1, 5),
)
def test_following_cursors_visits_each_wanted_row_once_whatever_the_bounds(
    index: Index,
    labelled: bool,
    filtered: bool,
    forward: bool,
    rows: int,
    items: int,
    page: int | None,
    first: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "look", index.look)
        patch.setattr("chalicelib.storage.walk._FIRST_LOOK", first)
        source = index.source(labelled, filtered)
        bounds = Bounds(len(index.contents) + rows, items, 10**6)  # room for a look into each
        found = followed(index, source, forward, bounds, page)
    assert found == index.expected(labelled, filtered, forward)
    assert index.most_at_once <= items


@given(index=indexes(), filtered=st.booleans(), skip=st.integers(0, 45), page=st.integers(1, 10))
def test_skipped_rows_are_not_loaded_and_unfiltered_ones_not_bounded(
    index: Index, filtered: bool, skip: int, page: int
) -> None:
    index.gone = set()
    bounds = Bounds(1000 if filtered else 4 * page, 1000, 10**6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "look", index.look)
        walk = Walk(index.source(False, filtered), False, bounds, "", page, skip)
        found = [str(row["id"]) for _, row in walk]
    every = [row[0] for group in index.contents.values() for row in group if row[1] or not filtered]
    wanted = sorted(every, reverse=True)
    assert found == wanted[skip : skip + page]
    assert walk.skipped == min(skip, len(wanted))


@given(index=indexes(), filtered=st.booleans(), forward=st.booleans(), page=st.integers(1, 10))
def test_what_was_found_on_the_way_is_counted_and_not_looked_at_again(
    index: Index, filtered: bool, forward: bool, page: int
) -> None:
    number = sum(len(rows) for rows in index.contents.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "look", index.look)
        walk = Walk(index.source(False, filtered), forward, Bounds(1000, 1000, 10**6), "", page)
        list(walk)
        counted = walk.count(WANTED if filtered else (), 1000)
        again = walk.count(((Condition("other", "is", ("x",)),),), 1000)
    wanted = sum(row[1] or not filtered for rows in index.contents.values() for row in rows)
    assert (counted.number, counted.is_complete) == (wanted, True)
    assert walk.looked_at + counted.looked_at == number
    assert again.looked_at == number


def test_a_count_stops_at_its_bound_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index([[(identifier, True, True) for identifier in identifiers(30)]])
    monkeypatch.setattr(partitions, "look", index.look)
    assert partitions.count(index.source(False, False), (), 10) == (10, False, 10)
    assert partitions.count(index.source(False, False), (), 100) == (30, True, 30)


def test_large_items_end_a_walk_early_and_few_are_loaded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index([[(identifier, True, True) for identifier in identifiers(200)]])
    monkeypatch.setattr(partitions, "look", index.look)
    loaded: list[int] = []

    def load(keys: list[str]) -> tuple[dict[str, Any], int]:
        loaded.append(len(keys))
        return {key: {"id": key} for key in keys}, 20_000 * len(keys)

    source = Source("table", "index", "attribute", ("0",), load)
    walk = Walk(source, False, Bounds(1000, 1000, 600_000), "", 101)
    found = [row["id"] for _, row in walk]
    assert (loaded, len(found), walk.cursor) == ([25, 10], 35, found[-1])
