"""Readings of loosely written values, for models and queries. Knows no pydantic: ingress does not wait for it."""

from __future__ import annotations

from typing import Any

_FALSE = ("0", "f", "false", "off", "")


def cast_bool(value: Any) -> Any:
    """Rails' rule for booleans: 0, f, false, off are false; other text and numbers true; lists and maps neither."""
    if isinstance(value, str):
        return value.lower() not in _FALSE
    return bool(value) if isinstance(value, (int, float)) else value


def as_list(value: Any) -> Any:
    """A lone value is a list of one; null is an empty list."""
    if value is None or value == "":
        return []
    return [item for item in value if item not in (None, "")] if isinstance(value, list) else [value]
