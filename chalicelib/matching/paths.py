"""Dotted paths into JSON documents, as sift walks them: lists fan out unless the segment is an index or own property.

A dot that belongs to a key is written ``\\.``: ``labels.app\\.kubernetes\\.io/name``.
A walk gives visits. A list is visited element by element, lists within lists too, and then as a whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.matching.javascript import MISSING, is_null, to_number, utf16_units

MAX_SEGMENTS = 50
MAX_LISTS_IN_LISTS = 32
MAX_VISITS = 100_000

_DOT = re.compile(r"(?<!\\)\.")


def split_path(text: str) -> tuple[str, ...]:
    """The keys of a dotted path; ``\\.`` is a dot within a key."""
    if "\\" not in text:
        return tuple(text.split("."))
    return tuple(segment.replace("\\.", ".") for segment in _DOT.split(text))


class Visit(NamedTuple):
    """A value that a path led to, and how."""

    value: Any
    counts: bool = True
    """False for what a list has no such element or property for: that equals nothing, not even null."""
    own: bool = True
    """Whether the key is there."""
    whole: bool = True
    """False when the path broke off at a null or missing part."""
    within: bool = False
    """Whether it is an element of a list that the path fanned out to."""
    last: bool = False
    """Whether it is the last of those elements."""


class Path:
    """A dotted path, split once. `walk` adds the visits from one starting point to a list."""

    def __init__(self, text: str) -> None:
        self.segments = split_path(text)
        self._numbers = [to_number(segment) for segment in self.segments]
        self._fans_out = [math.isnan(number) and segment != "length" for segment, number in self._pairs()] + [True]
        self._indexes = [_index(segment) for segment in self.segments]

    def walk(self, start: Visit, visits: list[Visit]) -> None:
        self._walk(start, 0, MAX_LISTS_IN_LISTS, visits)

    def visits(self, document: Mapping[str, Any]) -> list[Visit]:
        visits: list[Visit] = []
        self._walk(Visit(document), 0, MAX_LISTS_IN_LISTS, visits)
        return visits

    def meets(self, document: Mapping[str, Any], one: Callable[[Any], bool], absent: bool) -> bool:
        """Whether any visited value meets `one`; of what does not count only when `absent`. The same values as those
        of `visits`, but none is written down, and the first that meets it ends the walk."""
        return self._meets(document, 0, MAX_LISTS_IN_LISTS, one, absent)

    def _meets(self, value: Any, depth: int, lists: int, one: Callable[[Any], bool], absent: bool) -> bool:
        while True:
            kind = type(value)
            if kind is list and lists and self._fans_out[depth]:
                for item in value:
                    if self._meets(item, depth, lists - 1, one, absent):
                        return True
            if depth == len(self.segments) or value is None or value is MISSING:
                return one(value)
            if kind is dict:
                value = value.get(self.segments[depth], MISSING)
            else:
                at = self._step(value, depth)
                if not at.counts:
                    return absent and one(MISSING)
                value = at.value
            depth += 1

    def show(self, document: Mapping[str, Any], now: Any = None) -> Any:
        """What is at this path, for a log: the value, or a list of those found, null for none."""
        found = [visit.value for visit in self.visits(document) if visit.value is not MISSING and visit.counts]
        final = found[-1] if found else None
        return final if isinstance(final, list) or len(found) < 2 else found

    def _pairs(self) -> zip[tuple[str, float | int]]:
        return zip(self.segments, self._numbers, strict=True)

    def _walk(self, at: Visit, depth: int, lists: int, visits: list[Visit]) -> None:
        if len(visits) >= MAX_VISITS:
            return
        value = at.value
        if isinstance(value, list) and self._fans_out[depth] and lists:
            self._fan_out(value, depth, lists - 1, visits)
        whole = depth == len(self.segments)
        if whole or is_null(value):
            visits.append(Visit(value, at.counts, at.own, whole, depth > 0 and at.within, at.last))
        else:
            self._walk(self._step(value, depth), depth + 1, lists, visits)

    def _fan_out(self, values: list[Any], depth: int, lists: int, visits: list[Visit]) -> None:
        final = len(values) - 1
        for index, value in enumerate(values):
            if depth == len(self.segments) and type(value) is not list:
                visits.append(Visit(value, True, True, True, depth > 0, index == final))
            else:
                self._walk(Visit(value, True, True, True, True, index == final), depth, lists, visits)

    def _step(self, owner: Any, depth: int) -> Visit:
        segment = self.segments[depth]
        if isinstance(owner, dict):
            return Visit(owner[segment]) if segment in owner else Visit(MISSING, own=False)
        if isinstance(owner, list):
            found = self._item(owner, depth)
            own = found is not MISSING
            return Visit(found, own, own, True, True, self._numbers[depth] == len(owner) - 1)
        found = self._item(utf16_units(owner), depth) if isinstance(owner, str) else MISSING
        return Visit(found, own=found is not MISSING)

    def _item(self, owner: Sequence[Any], depth: int) -> Any:
        if self.segments[depth] == "length":
            return len(owner)
        index = self._indexes[depth]
        return owner[index] if index is not None and index < len(owner) else MISSING


def expand(start: Visit) -> list[Visit]:
    """The visits of one value itself: each element first when it is a list."""
    visits: list[Visit] = []
    _ITSELF.walk(start, visits)
    return visits


def _index(segment: str) -> int | None:
    canonical = segment.isascii() and segment.isdigit() and len(segment) <= 9 and str(int(segment)) == segment
    return int(segment) if canonical else None


class _Itself(Path):
    def __init__(self) -> None:
        super().__init__("")
        self.segments = ()
        self._fans_out = [True]


_ITSELF = _Itself()
