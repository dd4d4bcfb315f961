"""Walks through a list in order, only as far as somebody reads on and bounds allow: what is looked at is paid for.

Partitions of an index are merged by id. With a filter, one of them may be read far ahead of another until it yields a
row, so what counts is how far all of them were read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from chalicelib import ids
from chalicelib.storage.lists import HIGHEST, LOWEST, Row, Source
from chalicelib.storage.partitions import Count, Key, Partition, count, total
from chalicelib.storage.where import Where

_FIRST_LOOK = 100
_FEW, _SOME, _MANY = 10, 25, 100  # items to load at once
_ANY = 10**9  # rows: to skip those that are not filtered
_SMALL = 8 * 1024  # bytes of an item of which many are loaded at once


@dataclass(frozen=True)
class Bounds:
    """How many rows of an index may be looked at, how many items may be loaded, and how many bytes of them."""

    rows: int
    items: int
    size: int


PAGE = Bounds(rows=3_000, items=250, size=2 * 1024 * 1024)
"""Of one page: a row takes up to 300 bytes or so, and 8 KB of them, or half an item, make a read unit."""
SORTED = Bounds(rows=3_000, items=1_000, size=16 * 1024 * 1024)
"""Of a list in an order that no index has: all of it is loaded."""


class Walk:
    """The rows of a source behind `cursor`, each with the cursor that goes on behind it, at most `most`; the first
    `skip` are passed over unread, and so are those whose item is gone.

    Afterwards `cursor` says up to where the list was looked through, None if that is its end; `looked_at` counts rows
    of the index, `skipped` rows passed over: fewer than asked for where bounds ended that.
    """

    def __init__(
        self,
        source: Source,
        forward: bool,
        bounds: Bounds,
        cursor: str = "",
        most: int | None = None,
        skip: int = 0,
    ) -> None:
        self.cursor: str | None = None
        self.looked_at = self.skipped = 0
        self._source, self._forward, self._most, self._skip, self._bounds = source, forward, most, skip, bounds
        self._label, _, self._after = cursor.rpartition(".")
        self._is_enough = False
        self._most_rows = bounds.rows if source.where or not skip else _ANY
        self._groups = self._grouped()

    def count(self, where: Where, most: int) -> Count:
        """How many rows of the whole source hold something, looking at `most` more rows at most. What was found on the
        way is not looked at again."""
        if where != self._source.where or self._after:
            return count(self._source, where, most)
        return total((partition for group in self._groups for partition in group), where, most)

    def end_soon(self) -> None:
        """Load no more items than were loaded already."""
        self._is_enough = True

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        keys = self._keys()
        self.skipped = sum(1 for _ in islice(keys, self._skip))
        if not self._source.where:
            self._most_rows = self.looked_at + self._bounds.rows
        found = items = size = 0
        wanted = _SOME
        while (room := self._room(wanted, found, items)) and (chunk := list(islice(keys, room))):
            rows, weight = self._source.load([key.pk for key in chunk])
            items, size = items + len(chunk), size + weight
            for key in chunk:
                if key.pk in rows:
                    found += 1
                    yield self._cursor_at(key.place, key.id), rows[key.pk]
            if self._is_enough or items >= self._bounds.items or size >= self._bounds.size:
                self.cursor = self._cursor_at(chunk[-1].place, chunk[-1].id) if len(chunk) == room else self.cursor
                return
            wanted = _MANY if size < items * _SMALL else _FEW
            if found == self._most:
                self.cursor = self._cursor_at(chunk[-1].place, chunk[-1].id)

    def _room(self, wanted: int, found: int, items: int) -> int:
        """How many items to load next."""
        left = self._bounds.items - items
        return min(wanted, left) if self._most is None else min(wanted, left, self._most - found)

    def _keys(self) -> Iterator[Key]:
        """The keys of the rows in order, each once: an alert may be in several partitions."""
        last = ""
        for group in self._groups:
            for key in self._merged(group):
                if key.id != last:
                    yield key
                last = key.id
            if self.cursor is not None:
                return

    def _grouped(self) -> list[list[Partition]]:
        """The partitions to be read; those that are merged are together."""
        source, first = self._source, self._first_look()
        behind = source
        if self._after:
            next_id = ids.neighbour(self._after, 1 if self._forward else -1)
            behind = source.between(*((next_id, HIGHEST) if self._forward else (LOWEST, next_id)))
        if not source.labels:
            return [[Partition(behind, place, self._forward, first) for place in range(len(source.partitions))]]
        order = range(len(source.labels)) if self._forward else range(len(source.labels) - 1, -1, -1)
        left = [place for place in order if not self._label or self._is_at_or_behind(place)]
        return [
            [Partition(behind if source.labels[place] == self._label else source, place, self._forward, first)]
            for place in left
        ]

    def _is_at_or_behind(self, place: int) -> bool:
        started = self._source.labels.index(self._label)
        return place >= started if self._forward else place <= started

    def _first_look(self) -> int:
        """How many rows to look at first: what is needed, as long as each of the partitions is looked at."""
        together = 1 if self._source.labels else max(len(self._source.partitions), 1)
        needed = (self._most or 0) + self._skip // together
        if self._source.where or self._most is None:
            needed = max(needed, _FIRST_LOOK)
        return max(min(needed, self._most_rows // together), 1)

    def _merged(self, group: list[Partition]) -> Iterator[Key]:
        """The keys of some partitions by id. The one that was read least far is read on, until all are read or no more
        rows may be looked at."""
        while True:
            unread = sorted((p for p in group if not p.is_read), key=lambda p: p.frontier, reverse=not self._forward)
            behind = unread[0] if unread else None
            yield from self._ready(group, behind)
            if behind is None:
                return
            left = self._most_rows - self.looked_at
            if left <= 0:
                self.cursor = self._cursor_at(behind.place, behind.frontier)
                return
            self.looked_at += behind.read_on(left)

    def _ready(self, group: list[Partition], behind: Partition | None) -> list[Key]:
        """The keys that nothing unread can come before, taken out of their partitions."""
        ready = [key for partition in group for key in partition.take(behind.frontier if behind else None)]
        return sorted(ready, key=lambda key: key.id, reverse=not self._forward)

    def _cursor_at(self, place: int, identifier: str) -> str:
        labels = self._source.labels
        return f"{labels[place]}.{identifier}" if labels else identifier
