"""Conditions: the MongoDB-like language of routers, custom webhooks, e-mail rules and notification rules.

`compile_condition` turns a condition into closures once; `Condition.matches` runs them. The language is sift.js
17.1.3's (see `operators`), with three functions of time. Stricter than sift, at compile: operands of a wrong kind
($exists that is no boolean, $size that is no number, lists and mappings as bounds, $elemMatch and $and entries that
are no mappings), $exists of the document itself, $where, and patterns beyond `patterns`. Looser: JavaScript's
inherited properties (constructor, toString) are missing, lists within lists are followed 32 deep.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from chalicelib.matching.checks import Check, ConditionError, Matches, conjunction, size_of
from chalicelib.matching.compiler import Compiler

__all__ = ["Condition", "ConditionError", "Failure", "compile_condition"]

MAX_SHOWN = 200


class Failure(TypedDict):
    """The part of a condition that was not met first, for a log. Long values are cut."""

    path: str
    operator: str
    expected: Any
    actual: Any


class Condition:
    """A compiled condition. `matches(document, now)` never raises on a document of JSON values."""

    __slots__ = ("_checks", "matches", "size")

    def __init__(self, checks: list[Check], size: int) -> None:
        self._checks = checks
        self.size = size
        """How many parts it has: each may look at every value of a document."""
        self.matches: Matches = conjunction([check.matches for check in checks])

    def explain(self, document: Mapping[str, Any], now: datetime) -> Failure | None:
        """None when the condition matches, else what failed first."""
        checks = self._checks
        while failed := next((check for check in checks if not check.matches(document, now)), None):
            if not failed.parts:
                return {
                    "path": failed.path,
                    "operator": failed.operator,
                    "expected": _shown(failed.expected),
                    "actual": _shown(failed.actual(document, now)),
                }
            checks = failed.parts
        return None


def compile_condition(condition: Any, path: str = "match") -> Condition:
    """Compile a condition, found at `path`. Raises `ConditionError` with all that is wrong with it."""
    compiler = Compiler()
    checks = compiler.compile(condition, path)
    if compiler.problems:
        raise ConditionError(compiler.problems)
    return Condition(checks, size_of(condition))


def _shown(value: Any) -> Any:
    """A value for a log: scalars as they are, everything else as text, cut."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, list) and len(value) <= 20 and all(_is_short(item) for item in value):
        return value
    text = value if isinstance(value, str) else repr(value if not isinstance(value, (list, dict)) else _head(value))
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _is_short(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float)) or (isinstance(value, str) and len(value) <= 50)


def _head(value: list[Any] | dict[str, Any]) -> Any:
    """Enough of a container to fill the text, so that a large one is not written out only to be cut."""
    if isinstance(value, dict):
        return {key: _brief(item) for key, item in list(value.items())[:10]}
    return [_brief(item) for item in value[:10]]


def _brief(item: Any) -> Any:
    if isinstance(item, str):
        return item[:MAX_SHOWN]
    return f"{type(item).__name__} of {len(item)}" if isinstance(item, (list, dict)) else item
