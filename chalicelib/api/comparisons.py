"""How filters of lists compare: an attribute's value with the text that a client gave. Null is different from
everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.accounts.casts import cast_bool
from chalicelib.times import read_time


def _pair(value: Any, text: str) -> tuple[Any, Any]:
    """The attribute's value and the text as values that compare: booleans, numbers, times, or texts."""
    if isinstance(value, bool):
        return value, cast_bool(text)
    if isinstance(value, (int, float)):
        try:
            return value, float(text)
        except ValueError:
            return str(value), text
    moment = read_time(value) if isinstance(value, str) else None
    asked = read_time(text) if moment else None
    return (moment, asked) if asked else (str(value), text)


def _equals(value: Any, text: str) -> bool:
    if isinstance(value, list):
        return text in map(str, value)
    if value is None:
        return text == ""
    left, right = _pair(value, text)
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    def comparison(value: Any, text: str) -> bool:
        return not isinstance(value, (list, dict, type(None))) and compare(*_pair(value, text))

    return comparison


def _contains(value: Any, text: str) -> bool:
    return text in map(str, value) if isinstance(value, list) else isinstance(value, str) and text in value


def _between(value: Any, text: str) -> bool:
    low, _, high = text.partition("..")
    return COMPARISONS["gte"](value, low) and COMPARISONS["lte"](value, high)


COMPARISONS: dict[str, Callable[[Any, str], bool]] = {
    "equals": _equals,
    "ne": lambda value, text: not _equals(value, text),
    "lt": _ordered(lambda left, right: left < right),
    "lte": _ordered(lambda left, right: left <= right),
    "gt": _ordered(lambda left, right: left > right),
    "gte": _ordered(lambda left, right: left >= right),
    "beginsWith": lambda value, text: isinstance(value, str) and value.startswith(text),
    "contains": _contains,
    "between": _between,
}
ORDERED = ("lt", "lte", "gt", "gte", "between")
TEXTUAL = ("beginsWith", "contains")
