"""Pages of what grows without bound: alerts, logs, comments. Reads indexes newest first, a page at a time.

A list whose filters the index answers costs its page and a count; other filters look at items one page after the
other, at most `MOST_EXAMINED` of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import Any

from chalicelib.storage import alerts, comments, dynamo, logs, threads

MOST_COUNTED = 10_000
MOST_EXAMINED = 10_000
_CHUNK = 100
_LOWEST, _HIGHEST = "0" * 26, "7" + "Z" * 25

Row = Mapping[str, Any]
Load = Callable[[list[str]], Mapping[str, Row]]


@dataclass(frozen=True)
class Source:
    """Where a list's rows are: partitions of an index, the range of ids in them, and how keys become rows."""

    table: str
    index: str
    attribute: str
    partitions: tuple[str, ...]
    load: Load
    low: str = _LOWEST
    high: str = _HIGHEST

    def between(self, low: str, high: str) -> Source:
        """The part of the source with ids from `low` to `high`, both included."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))


def _alerts(index: str, attribute: str, account_id: str, partition: str) -> Source:
    def load(keys: list[str]) -> Mapping[str, Row]:
        return threads.counted(alerts.read_many(account_id, keys))

    return Source(alerts.TABLE, index, attribute, (partition,), load)


def alerts_of_account(account_id: str) -> Source:
    return _alerts("by_account", "account", account_id, alerts.account_partition(account_id))


def alerts_of_status(account_id: str, status: str) -> Source:
    return _alerts("by_status", "account_status", account_id, f"{account_id}#{status}")


def alerts_of_source(account_id: str, source_id: str) -> Source:
    """The alerts that an integration or account user made. The source must be the account's: its rows are counted."""
    return _alerts("by_parent", "parent", account_id, source_id)


def alerts_of_receiver(account_id: str, receiver_id: str) -> Source:
    """The alerts assigned to a team or account user, which must be the account's."""
    return _alerts("by_parent", "parent", account_id, alerts.receiver_parent(receiver_id))


def alerts_of_thirdparty(account_id: str, thirdparty_id: str) -> Source:
    return _alerts("by_thirdparty", "thirdparty", account_id, alerts.thirdparty_key(account_id, thirdparty_id))


def _comments(index: str, attribute: str, account_id: str, partition: str) -> Source:
    load = lambda keys: comments.read_many(account_id, keys)  # noqa: E731
    return Source(alerts.TABLE, index, attribute, (partition,), load)


def comments_of_account(account_id: str) -> Source:
    return _comments("by_account", "account", account_id, comments.account_partition(account_id))


def comments_on(account_id: str, commentable_id: str) -> Source:
    """The comments on an alert or comment, which must be the account's."""
    return _comments("by_parent", "parent", account_id, comments.parent_of(commentable_id))


def _logs(index: str, attribute: str, account_id: str, partitions: tuple[str, ...]) -> Source:
    return Source(logs.TABLE, index, attribute, partitions, lambda keys: logs.read_many(account_id, keys))


def logs_of_account(account_id: str) -> Source:
    return _logs("by_account", "account", account_id, tuple(logs.partitions(account_id)))


def logs_of_owner(account_id: str, owner_id: str) -> Source:
    return _logs("by_owner", "parent", account_id, (owner_id,))


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
    for examined, row in enumerate(_rows(source, forward, _CHUNK)):
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
    rows = list(islice(_rows(source, forward, _CHUNK), most + 1))
    return rows[:most], len(rows) <= most


def _indexed(source: Source, forward: bool, offset: int, limit: int, cursor: str) -> Page:
    rows = list(islice(_rows(_after(source, forward, cursor), forward, limit + 1, cursor, offset), limit + 1))
    total, exact = _count(source)
    return Page(rows[:limit], total, exact, len(rows) > limit)


def _count(source: Source) -> tuple[int, bool]:
    total = 0
    for partition in source.partitions:
        number, exact = dynamo.count(
            source.table, (source.attribute, partition), source.index, _range(source), MOST_COUNTED - total
        )
        total += number
        if not exact:
            return total, False
    return total, True


def _after(source: Source, forward: bool, cursor: str) -> Source:
    if not cursor:
        return source
    return source.between(cursor, _HIGHEST) if forward else source.between(_LOWEST, cursor)


def _range(source: Source) -> tuple[str, str, str]:
    return ("id", source.low, source.high)


def _keys(source: Source, forward: bool, page_size: int) -> Iterator[tuple[str, str]]:
    """The (prefix id, ULID) of the rows, in order."""
    if source.low > source.high:  # DynamoDB refuses such a range
        return
    partitions = [
        dynamo.query(
            source.table,
            (source.attribute, partition),
            source.index,
            _range(source),
            forward=forward,
            limit=page_size,
        )
        for partition in source.partitions
    ]
    for item in heapq.merge(*partitions, key=itemgetter("id"), reverse=not forward):
        yield item["pk"], item["id"]


def _rows(source: Source, forward: bool, chunk_size: int, cursor: str = "", offset: int = 0) -> Iterator[Row]:
    """The rows after a cursor, in order; keys whose row is gone are passed over."""
    size = min(chunk_size, _CHUNK)
    after = (key for key, identifier in _keys(source, forward, size + offset + 1) if identifier != cursor)
    keys = islice(after, offset, None)
    while chunk := list(islice(keys, size)):
        found = source.load(chunk)
        yield from (found[key] for key in chunk if key in found)
