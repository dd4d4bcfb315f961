"""Conditions that can be compiled and can never hold, or always do: what is misspelt, and what it should be.

A `Shape` says what a condition sees; the rest is what the functions of time give. Whoever writes `alert.urgncy` or
`$day: Monday` is told before an alert goes astray. Where values are not known nothing is said.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.matching.clock import DEFAULT_DATE
from chalicelib.matching.moment import format_moment
from chalicelib.matching.paths import split_path

Steps = tuple[str | int, ...]
Mistake = tuple[Steps, str]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OF_ANY = ("data", "headers", "body", "params", "method", "url")
"""What a root whose names can be any, a request, most likely has."""
_VALUES = ("$eq", "$ne", "$in", "$nin")
_BETWEEN_SLASHES = re.compile(r"/(.+)/([dgimsuy]+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Shape:
    """What conditions see. `attributes` are the names under each root, None where they can be any; `words` the only
    values of a path."""

    attributes: Mapping[str, tuple[str, ...] | None]
    words: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def path_fault(self, path: str) -> str | None:
        """What is wrong with a dotted path, with the nearest that is right; None for nothing."""
        root, *below = split_path(path)
        if root not in self.attributes:
            return f"there is no {root[:100]!r} here{self._nearest(path, root)}"
        names = self.attributes[root]
        if names is None or not below or below[0] in names:
            return None
        close = difflib.get_close_matches(below[0], names, 1, 0.6)
        meant = ".".join([root, *close, *below[1:]]) if close else ""
        return f"{root} has no {below[0][:100]!r}" + (f"; did you mean {meant[:200]}?" if meant else "")

    def knows(self, path: str) -> bool:
        return split_path(path)[0] in self.attributes

    def _nearest(self, path: str, root: str) -> str:
        roots = self.attributes.items()
        inside = [f"{name}.{path}" for name, names in roots if root in (_OF_ANY if names is None else names)]
        every = [
            *self.attributes,
            *(f"{name}.{each}" for name, names in self.attributes.items() for each in names or ()),
        ]
        close = [
            *inside,
            *difflib.get_close_matches(path, every, 1, 0.6),
            *difflib.get_close_matches(root, every, 1, 0.6),
        ]
        return (
            f"; did you mean {close[0][:200]}?"
            if close
            else f"; a path starts with one of {', '.join(self.attributes)}"
        )


def mistakes(condition: Any, shape: Shape, steps: Steps = ()) -> Iterator[Mistake]:
    """All mistakes of a condition that compiles: the keys and indexes that lead to each, and what to do."""
    if isinstance(condition, list):
        for index, part in enumerate(condition):
            yield from mistakes(part, shape, (*steps, index))
    if not isinstance(condition, dict):
        return
    for key, operand in condition.items():
        at = (*steps, key)
        if key == "$day":
            yield from _of_clock(operand, at, _day_fault)
        elif key == "$now":
            pattern = operand.get("format", DEFAULT_DATE)
            yield from _of_clock(operand, at, functools.partial(_date_fault, pattern))
        elif key in ("$and", "$or", "$nor", "$not"):
            yield from mistakes(operand, shape, at)
        elif not key.startswith("$"):
            yield from _of_path(key, operand, shape, at)


def _of_path(path: str, operand: Any, shape: Shape, at: Steps) -> Iterator[Mistake]:
    if fault := shape.path_fault(path):
        yield at, fault
        return
    if isinstance(operand, dict) and operand and not any(key.startswith("$") for key in operand):
        if "." not in path:
            key = next(iter(operand))
            yield at, f"a mapping is compared with all of {path} and never equals it; write {path}.{key}: ... instead"
        return
    yield from _of_patterns(operand, at)
    if words := shape.words.get(path):
        for place, value in _values(operand, at):
            if value is not None and not isinstance(value, (dict, list)) and value not in words:
                yield place, f"{path} is never {value!r}; it is one of {_spelt(words)}{_meant(value, words)}"[:500]


def _spelt(words: tuple[Any, ...]) -> str:
    return ", ".join(str(word).lower() if isinstance(word, bool) else str(word) for word in words)


def _meant(value: Any, words: tuple[Any, ...]) -> str:
    texts = [word for word in words if isinstance(word, str)]
    close = difflib.get_close_matches(str(value).strip().lower(), texts, 1, 0.7)
    return f"; did you mean {close[0]}?" if close else ""


def _of_patterns(operand: Any, at: Steps) -> Iterator[Mistake]:
    if not isinstance(operand, dict):
        return
    found = _BETWEEN_SLASHES.match(operand["$regex"]) if isinstance(operand.get("$regex"), str) else None
    if found:
        meant = f"{{$regex: '{found[1][:200]}', $options: {found[2]}}}"
        yield (*at, "$regex"), f"the slashes and what follows belong to the pattern here; did you mean {meant}?"
    yield from _of_patterns(operand.get("$not"), (*at, "$not"))


def _values(operand: Any, at: Steps) -> Iterator[tuple[Steps, Any]]:
    """The values that an operand compares with for equality."""
    if not isinstance(operand, dict):
        yield at, operand
        return
    for operator in _VALUES:
        value = operand.get(operator)
        if isinstance(value, list):
            yield from (((*at, operator, index), each) for index, each in enumerate(value))
        elif operator in operand:
            yield (*at, operator), value
    if "$not" in operand:
        yield from _values(operand["$not"], (*at, "$not"))


def _of_clock(operand: Any, at: Steps, fault: Any) -> Iterator[Mistake]:
    for place, value in _values(operand, at):
        if message := fault(value):
            yield place, message


def _day_fault(value: Any) -> str | None:
    if type(value) in (int, float) and value in range(1, 8):
        return None
    named = [number for number, day in enumerate(_DAYS, 1) if isinstance(value, str) and day[:3] == value.lower()[:3]]
    meant = f"; {value[:20]} is {named[0]}" if named else "; Sunday is 7" if value == 0 and value is not False else ""
    return f"$day is a number from 1 (Monday) to 7 (Sunday), never {str(value)[:50]!r}{meant}"


def _date_fault(pattern: str, value: Any) -> str | None:
    if isinstance(value, str) and _mask(value) in _masks(pattern):
        return None
    example = format_moment(datetime(2026, 12, 25, 9, tzinfo=UTC), pattern)
    return f"$now in the format {pattern[:50]} looks like {example[:50]!r}, never like {str(value)[:50]!r}"


@functools.lru_cache(maxsize=32)
def _masks(pattern: str) -> frozenset[str]:
    """The forms that the format gives, over a year and all hours."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = (
        start + timedelta(days=day, hours=day % 24, minutes=7 * day % 60, seconds=day % 60) for day in range(365)
    )
    return frozenset(_mask(format_moment(moment, pattern)) for moment in moments)


def _mask(text: str) -> str:
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"[0-9]", "0", text))
