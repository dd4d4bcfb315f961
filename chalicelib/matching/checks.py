"""What a compiled condition is made of: its checks, where each stands in the source, and the bounds on the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

MAX_DEPTH = 32
MAX_NODES = 2000

Matches = Callable[[Mapping[str, Any], datetime], bool]
Actual = Callable[[Mapping[str, Any], datetime], Any]


class ConditionError(ValueError):
    """A condition that cannot be compiled. `problems` are (path, message) pairs, such as
    ("match.$and[1].alert.title.$regex", "..."); `steps` has for each the keys and indexes from the condition on."""

    def __init__(self, problems: Sequence[tuple[At, str]]) -> None:
        self.problems = [(at.path, message) for at, message in problems]
        self.steps = [at.steps for at, _ in problems]
        super().__init__("; ".join(f"{path}: {message}" for path, message in self.problems))


class At(NamedTuple):
    """Where we are in the condition: as text, and as the keys and indexes that lead there."""

    path: str
    steps: tuple[str | int, ...] = ()

    def key(self, key: str) -> At:
        return At(f"{self.path}.{key}" if self.path else key, (*self.steps, key))

    def item(self, index: int) -> At:
        return At(f"{self.path}[{index}]", (*self.steps, index))


@dataclass(slots=True)
class Check:
    """One part of a conjunction: what it asks, and, when it is itself a conjunction, its parts."""

    path: str
    operator: str
    expected: Any
    matches: Matches
    actual: Actual
    parts: list[Check]


def conjunction(tests: list[Matches]) -> Matches:
    """One function that is true when all are; short ones are written out, since this runs for every rule."""
    if not tests:
        return lambda document, now: True
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda document, now: first(document, now) and second(document, now)

    def every(document: Mapping[str, Any], now: datetime) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would cost more than the tests
            if not test(document, now):
                return False
        return True

    return every


def alternatives(tests: list[Matches]) -> Matches:
    def some(document: Mapping[str, Any], now: datetime) -> bool:
        for test in tests:  # noqa: SIM110
            if test(document, now):
                return True
        return False

    return some


def opposite(test: Matches) -> Matches:
    return lambda document, now: not test(document, now)


def oversize(condition: Any) -> str | None:
    """Bounds the condition before anything recursive looks at it; also refuses what is not JSON."""
    level, nodes = [condition], 0
    for _ in range(MAX_DEPTH + 1):
        nodes += len(level)
        if nodes > MAX_NODES:
            return f"the condition has more than {MAX_NODES} parts"
        if any(not isinstance(part, (dict, list, str, int, float, type(None))) for part in level):
            return "the condition must be made of plain JSON values"
        if any(isinstance(part, dict) and not all(isinstance(key, str) for key in part) for part in level):
            return "the condition's keys must be text"
        level = [inner for part in level for inner in _inner(part)]
        if not level:
            return None
    return f"the condition is nested more than {MAX_DEPTH} deep"


def size_of(condition: Any) -> int:
    """The number of parts of a condition that hold no others."""
    inner = _inner(condition)
    return sum(map(size_of, inner)) if inner else 1


def _inner(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []
