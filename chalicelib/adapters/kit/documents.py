"""JSON from strangers: any text, within a budget of values and levels, and reading never raises."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.encoding import DEEPEST, plain
from chalicelib.pruning import MOST_VALUES, pruned

Json = Any

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
        value = pruned(value, MOST_VALUES)
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
