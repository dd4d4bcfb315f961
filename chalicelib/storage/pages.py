"""Pages of what grows without bound: alerts, logs, comments. Reads an index newest first, a page at a time.

A list whose filters the index answers costs its page and a count; other filters look at items one page after the
other, at most `MOST_EXAMINED` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chalicelib.storage import dynamo

MOST_COUNTED = 10_000
MOST_EXAMINED = 10_000
_CHUNK = 100
_LOWEST, _HIGHEST = "0" * 26, "7" + "Z" * 25

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a list's rows are: an index partition, the part of it, and how keys become rows."""

    table: str
    index: str
    hash_key: tuple[str, str]
    load: Callable[[list[str]], dict[str, Row]]  # rows by prefix id
    low: str = _LOWEST
    high: str = _HIGHEST


@dataclass(frozen=True)
class Page:
    """Rows, how many there are in all (`exact`: or at least so many), and whether more follow."""

    rows: list[Row]
    total: int
    exact: bool
    has_more: bool


def read(
    source: Source, forward: bool, offset: int, limit: int, cursor: str, accept: Callable[[Row], bool] | None
) -> Page:
    """One page. `cursor` is the id of the last row of the page before; `accept` filters what the index cannot."""
    if accept is None:
        return _indexed(source, forward, offset, limit, cursor)
    kept: list[Row] = []
    total = passed = 0
    exact = True
    for examined, row in enumerate(_rows(source, forward)):
        if examined >= MOST_EXAMINED:
            exact = False
            break
        if not accept(row):
            continue
        total += 1
        if not cursor or (row["id"] > cursor if forward else row["id"] < cursor):
            passed += 1
            if passed > offset and len(kept) <= limit:
                kept.append(row)
    return Page(kept[:limit], total, exact, len(kept) > limit)


def everything(source: Source, forward: bool, most: int) -> tuple[list[Row], bool]:
    """All rows up to `most`, and whether that is all of them: for orders that the index does not have."""
    rows = list(islice(_rows(source, forward), most + 1))
    return rows[:most], len(rows) <= most


def _indexed(source: Source, forward: bool, offset: int, limit: int, cursor: str) -> Page:
    narrowed = _after(source, forward, cursor)
    following = (key for key in _keys(narrowed, forward, offset + limit + 2) if key[1] != cursor)
    keys = list(islice(following, offset, offset + limit + 1))
    found = source.load([key for key, _ in keys[:limit]])
    total, exact = dynamo.count(source.table, source.hash_key, source.index, _range(source), MOST_COUNTED)
    rows = [found[key] for key, _ in keys[:limit] if key in found]
    return Page(rows, total, exact, len(keys) > limit)


def _after(source: Source, forward: bool, cursor: str) -> Source:
    if not cursor:
        return source
    low = max(source.low, cursor) if forward else source.low
    high = source.high if forward else min(source.high, cursor)
    return Source(source.table, source.index, source.hash_key, source.load, low, high)


def _range(source: Source) -> tuple[str, str, str]:
    return ("id", source.low, source.high)


def _keys(source: Source, forward: bool, page_size: int) -> Iterator[tuple[str, str]]:
    if source.low > source.high:  # DynamoDB refuses such a range
        return
    items = dynamo.query(source.table, source.hash_key, source.index, _range(source), forward=forward, limit=page_size)
    for item in items:
        yield item["pk"], item["id"]


def _rows(source: Source, forward: bool) -> Iterator[Row]:
    keys = _keys(source, forward, _CHUNK)
    while chunk := [key for key, _ in islice(keys, _CHUNK)]:
        found = source.load(chunk)
        yield from (found[key] for key in chunk if key in found)
