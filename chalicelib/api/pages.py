"""Pages of lists that grow without bound: read as far as a page needs and its bounds allow, and say how to go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib import ids
from chalicelib.api import listing
from chalicelib.api.filters import Filter
from chalicelib.api.listing import ListQuery
from chalicelib.errors import BadRequest
from chalicelib.storage import walk
from chalicelib.storage.lists import HIGHEST, LOWEST, Source
from chalicelib.storage.partitions import count
from chalicelib.storage.walk import Walk
from chalicelib.storage.where import Condition, Where
from chalicelib.times import epoch_ms, read_time

_LATEST_MS = 2**48 - 1

Row = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """Where the rows of a list are, how they are shown, and what decides about them.

    `accept`: which rows are wanted, as they are shown; None where the source holds no others. `is_countable`: whether
    the source's conditions tell how many are wanted. `finish` completes the rows of a page.
    """

    source: Source
    show: Callable[[Mapping[str, Any]], Row]
    accept: Callable[[Row], bool] | None = None
    is_countable: bool = True
    finish: Callable[[list[Row]], list[Row]] = lambda rows: rows


def page(query: ListQuery, selection: Selection) -> dict[str, Any]:
    """A page. With `total_count_exact` false, the total is a lower bound. A page may have fewer rows than asked for, or
    none, and still `has_more`: the bounds of one call were reached, and `next_cursor` goes on from there.

    Raises BadRequest for a cursor of another list, and for an order or an offset for which too many rows would have to
    be read.
    """
    source = selection.source
    if query.sort not in listing.BY_TIME and not source.labels:
        return _sorted(query, selection)
    label = query.cursor.rpartition(".")[0]
    if query.cursor and label not in (source.labels or ("",)):
        raise BadRequest("cursor must be the next_cursor of the page before")
    reader = _Reader(query, selection)
    data = selection.finish(reader.read())
    return listing.answer(data, *reader.total(len(data)), reader.cursor is not None, reader.cursor)


class _Reader:
    """One page as it is read. Afterwards `cursor` says where the next one goes on, None: nowhere."""

    def __init__(self, query: ListQuery, selection: Selection) -> None:
        self.cursor: str | None = None
        self._query, self._selection = query, selection
        self._passed = 0
        bounds, forward, cursor = walk.PAGE, query.ascending, query.cursor
        if selection.accept:
            self._walk = Walk(selection.source, forward, bounds, cursor)
        else:
            self._walk = Walk(selection.source, forward, bounds, cursor, query.limit + 1, query.offset)

    def read(self) -> list[Row]:
        query, data, size, last = self._query, list[Row](), 0, ""
        for position, row in self._walk:
            shown = self._selection.show(row)
            if self._selection.accept and not self._selection.accept(shown):
                continue
            self._passed += 1
            if self.cursor or (self._selection.accept and self._passed <= query.offset):
                continue
            size += listing.weight(shown)
            if len(data) == query.limit or (data and size > listing.LARGEST_ANSWER):
                self.cursor = last
                self._walk.end_soon()
                continue
            data.append(shown)
            last = position
        self.cursor = self.cursor or self._walk.cursor
        if self.cursor and self._passed + self._walk.skipped < query.offset:
            raise BadRequest(
                f"offset {query.offset} is too deep for these filters: go on with the cursor of the last page"
            )
        return data

    def total(self, shown: int) -> tuple[int, bool]:
        """How many rows the list has, and whether not more."""
        query, source = self._query, self._selection.source
        passed = self._passed + self._walk.skipped
        if self._walk.cursor is None and not query.cursor:
            return passed, True
        least = max(passed, shown + bool(self.cursor) + (0 if query.cursor else query.offset))
        if not self._selection.is_countable:
            return least, False
        certain = source.where if source.certain is None else source.certain
        sure = self._walk.count(certain, walk.PAGE.rows - self._walk.looked_at)
        exact = sure.is_complete
        if exact and certain != source.where:
            left = walk.PAGE.rows - self._walk.looked_at - sure.looked_at
            exact = self._walk.count(source.where, left)[:2] == sure[:2]
        return max(sure.number, least), exact


def _sorted(query: ListQuery, selection: Selection) -> dict[str, Any]:
    """A page in an order that no index has. What would be too much is refused before it is read."""
    known = count(selection.source, selection.source.where, walk.PAGE.rows)
    rows, everything = [], Walk(selection.source, query.ascending, walk.SORTED)
    if known.is_complete and known.number <= walk.SORTED.items:
        rows = [selection.show(row) for _, row in everything]
    if not known.is_complete or known.number > walk.SORTED.items or everything.cursor is not None:
        most = walk.SORTED.items
        raise BadRequest(f"sort by {query.sort[:50]} takes at most {most} rows: ask for fewer by status or created_at")
    accepted = [row for row in rows if selection.accept is None or selection.accept(row)]
    found = listing.page(replace(query, filters=(), q=""), accepted, lambda row: ())
    return {**found, "data": selection.finish(found["data"])}


def narrowed(source: Source, query: ListQuery, prefix: str) -> tuple[Source, ListQuery]:
    """The part of a source that has what a query asks of `created_at` and of the rows' own ids, whose prefix it is, and
    the query without that."""
    low_ms, high_ms, kept = 0, _LATEST_MS, []
    for found in query.filters:
        bounds = _bounds(found) if found.attribute == "created_at" else None
        if bounds is not None:
            low_ms, high_ms = max(low_ms, bounds[0]), min(high_ms, bounds[1])
        elif found.attribute in ("id", "prefix_id") and found.operator == "equals":
            keys = tuple(key for value in found.values if (key := ids.key_of(prefix, value)))
            where: Where = ((Condition("pk", "is", keys),),) if keys else ()
            source, high_ms = source.wanting(where, where), high_ms if keys else -1
        else:
            kept.append(found)
    low, high = (ids.lowest_ulid(low_ms), ids.ulid(high_ms, 2**80 - 1)) if low_ms <= high_ms else (HIGHEST, LOWEST)
    return source.between(low, high), replace(query, filters=tuple(kept))


def _bounds(found: Filter) -> tuple[int, int] | None:
    """The ms, ends included, that a comparison with `created_at` allows; None when that is no one range."""
    moments = [read_time(text) for text in found.values[0].split("..")]
    if len(found.values) > 1 or None in moments:
        return None
    stamps = [epoch_ms(moment) for moment in moments if moment]
    first = stamps[0]
    return {
        "equals": (first, first),
        "gte": (first, _LATEST_MS),
        "gt": (first + 1, _LATEST_MS),
        "lte": (0, first),
        "lt": (0, first - 1),
        "between": (first, stamps[-1]),
    }.get(found.operator)
