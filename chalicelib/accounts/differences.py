"""Which fields of an object a change touched, with their values before and after, cut to what a log has room for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Masked = Callable[[dict[str, Any]], Mapping[str, Any]]

_LONGEST = 1000
_LONGEST_NAME = 100
_CONTEXT = 100
_MOST_FIELDS = 50
_UNTOLD = ("id", "prefix_id", "tiny_id", "account_id", "created_at", "updated_at", "version", "digest")


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, masked: Masked) -> dict[str, Any]:
    """{fields, before, after}: the names of what differs (``options.token``), and the values by these names as `masked`
    shows them.

    Of the first 50 fields; of a value that is longer than 1,000 characters as JSON, the part around the first
    difference. An object that is made (`before` is None) or removed differs in all its fields but the common ones.
    """
    left, right = _flat(before or {}), _flat(after or {})
    fields = [name for name in {**left, **right} if name not in left or name not in right or left[name] != right[name]]
    old, new = (_flat(masked(dict(side))) if side else {} for side in (before, after))
    found: dict[str, Any] = {"fields": fields[:_MOST_FIELDS], "before": {}, "after": {}}
    for name in found["fields"]:
        start = _first_difference(old.get(name), new.get(name))
        for side, values in (("before", old), ("after", new)):
            if name in values:
                found[side][name] = _cut(values[name], start)
    if len(fields) > _MOST_FIELDS:
        found["more_fields"] = len(fields) - _MOST_FIELDS
    return found


def _flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, those of inner maps by dotted names."""
    flat: dict[str, Any] = {}
    for name, value in found.items():
        if isinstance(value, Mapping) and value:
            flat |= {f"{name}.{inner}"[:_LONGEST_NAME]: item for inner, item in value.items()}
        elif name not in _UNTOLD:
            flat[name] = value
    return flat


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _first_difference(old: Any, new: Any) -> int:
    left, right = _text(old), _text(new)
    return next((at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), 0)


def _cut(value: Any, difference: int) -> Any:
    text = _text(value)
    if len(text) <= _LONGEST:
        return value
    start = max(0, difference - _CONTEXT)
    part = text[start : start + _LONGEST]
    return f"{'… ' if start else ''}{part}{' …' if start + _LONGEST < len(text) else ''}"
