"""JSON from strangers: any text, within a budget of values and levels, and reading never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from chalicelib.encoding import DEEPEST, TOO_DEEP, plain

Json = Any

MOST_VALUES = 50_000
"""Values that are read of a JSON text: whoever goes through them again, as rules do, has time for no more."""

TOO_MANY = f"[cut: more than {MOST_VALUES:,} values]"
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(source: str) -> Json:
    """JSON, or None for anything else.

    NaN and infinities, which are no JSON, are read as null; integers of more than 4,300 digits as text. Of more than
    50,000 values those of the upper levels are read, and a list that is cut ends in a marker; what is nested deeper
    than 200 levels is a marker.
    """
    source = source.lstrip("\ufeff")
    try:
        value = _loaded(source)
    except (ValueError, RecursionError):
        return None
    brackets = source.count("[") + source.count("{")
    if brackets > DEEPEST or brackets + source.count(",") > MOST_VALUES:
        value = _pruned(value)
    return plain(value) if _SURROGATE_ESCAPE.search(source) else value


def _loaded(source: str) -> Json:
    try:
        return json.loads(source, parse_constant=lambda _: None)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of more than 4,300 digits, whose reading takes time that grows with their square
        return json.loads(source, parse_constant=lambda _: None, parse_int=_integer)


def _integer(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits


def _pruned(value: Json) -> Json:
    """The value itself, cut level by level to the budget."""
    root = [value]
    level: list[Any] = [root]
    left = MOST_VALUES
    for _ in range(DEEPEST + 1):
        for container in level:
            _shorten(container, left)
            left -= len(container)
        parents, level = level, [child for container in level for child in _children(container) if _is_nested(child)]
    for container in parents:
        _mark_nested(container)
    return root[0]


def _children(container: Any) -> Iterable[Json]:
    return container.values() if type(container) is dict else container


def _is_nested(value: Json) -> bool:
    return type(value) is dict or type(value) is list


def _shorten(container: Any, most: int) -> None:
    if len(container) <= max(most, 0):
        return
    if type(container) is list:
        container[max(most, 0) :] = [TOO_MANY]
    for name in list(container)[max(most, 0) :] if type(container) is dict else ():
        del container[name]


def _mark_nested(container: Any) -> None:
    for key, child in container.items() if type(container) is dict else enumerate(container):
        if _is_nested(child):
            container[key] = TOO_DEEP


def walk(value: Json, path: str, default: Json = None) -> Json:
    """Follow a dotted path through maps and lists; `default` where it leads nowhere."""
    for segment in path.split("."):
        if isinstance(value, dict):
            if segment not in value:
                return default
            value = value[segment]
        elif isinstance(value, list) and segment.isdecimal() and len(segment) < 7 and int(segment) < len(value):
            value = value[int(segment)]
        else:
            return default
    return value
