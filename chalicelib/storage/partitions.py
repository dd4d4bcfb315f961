"""The partitions of an index that a list's rows are in, read on or counted a look at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from chalicelib.storage.dynamo import Look, look
from chalicelib.storage.lists import HIGHEST, LOWEST, Source
from chalicelib.storage.where import Where

_GROWTH = 8  # of looks that find too little


class Key(NamedTuple):
    """Where a row is in a list: its ULID, its prefix id, and the place of its partition among the source's."""

    id: str
    pk: str
    place: int


class Count(NamedTuple):
    """How many rows hold something, whether these are all that do, and how many rows were looked at to know."""

    number: int
    is_complete: bool
    looked_at: int


class Partition:
    """One partition as it is read: the keys found and not yet passed on, and the id up to which it was looked at."""

    def __init__(self, source: Source, place: int, forward: bool, first: int = 1) -> None:
        self.keys: list[Key] = []
        self.frontier = LOWEST if forward else HIGHEST
        self.is_read = source.low > source.high  # DynamoDB refuses such a range
        self._source, self.place, self._forward = source, place, forward
        self._size = first
        self._found = 0
        self._end: Mapping[str, Any] | None = None

    def read_on(self, most: int) -> int:
        """Look at some more rows, at most `most`; answers how many."""
        seen = self._look(self._source.where, min(self._size, most), self._end, ("pk", "id"))
        self.keys += [Key(item["id"], item["pk"], self.place) for item in seen.items]
        self._found += seen.count
        self._size *= _GROWTH
        self._end = seen.end
        self.is_read = seen.end is None
        if seen.end:
            self.frontier = seen.end["id"]["S"]
        return seen.examined

    def count_on(self, where: Where, most: int) -> Count:
        """What was found, and how many rows behind that hold something."""
        number, looked_at, end, is_read = self._found, 0, self._end, self.is_read
        while not is_read:
            if looked_at >= most:
                return Count(number, False, looked_at)
            seen = self._look(where, most - looked_at, end, ())
            number, looked_at, end, is_read = number + seen.count, looked_at + seen.examined, seen.end, seen.end is None
        return Count(number, True, looked_at)

    def _look(self, where: Where, most: int, start: Mapping[str, Any] | None, attributes: tuple[str, ...]) -> Look:
        source = self._source
        place, ids = (source.attribute, source.partitions[self.place]), ("id", source.low, source.high)
        return look(source.table, place, source.index, ids, where, attributes, self._forward, most, start)

    def take(self, frontier: str | None) -> list[Key]:
        """The keys up to an id, None: all of them; they are in this partition no longer."""
        if frontier is None:
            taken, self.keys = self.keys, []
            return taken
        is_within = (lambda key: key.id <= frontier) if self._forward else (lambda key: key.id >= frontier)
        taken = list(takewhile(is_within, self.keys))
        del self.keys[: len(taken)]
        return taken


def count(source: Source, where: Where, most: int) -> Count:
    """How many rows of a source hold something, looking at `most` rows at most."""
    return total((Partition(source, place, True) for place in range(len(source.partitions))), where, most)


def total(partitions: Iterable[Partition], where: Where, most: int) -> Count:
    """How many rows of all the partitions hold something; what was found in them is not looked at again."""
    whole = Count(0, True, 0)
    for partition in partitions:
        part = partition.count_on(where, most - whole.looked_at)
        looked_at = whole.looked_at + part.looked_at
        whole = Count(whole.number + part.number, whole.is_complete and part.is_complete, looked_at)
    return whole
