"""Reading values out of an alert, and making values fit for a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.matching.paths import split_path

_MAX_SHOWN = 200
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def value_at(value: Any, path: str) -> Any:
    """The value at a dotted path; a list without that index gives the list of its members' values."""
    return _value_at(value, split_path(path))


def _value_at(value: Any, steps: tuple[str, ...]) -> Any:
    for position, step in enumerate(steps):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, (list, tuple)):
            if not (step.isascii() and step.isdigit() and len(step) < 10):
                return [_value_at(member, steps[position:]) for member in value]
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def bounded(value: Any) -> Any:
    """A value that is fit for a log: long texts, large structures and numbers that JSON lacks become short text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) < 1e15:
        return value
    if isinstance(value, str):
        return value if len(value) <= _MAX_SHOWN else value[: _MAX_SHOWN - 3] + "..."
    try:
        shown = _ENCODER.encode(value)
    except (TypeError, ValueError):
        return bounded(str(value))
    return value if len(shown) <= _MAX_SHOWN and isinstance(value, (list, dict)) else bounded(shown)
