"""Helpers of lists, maps and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.templates.syntax import HelperFault
from chalicelib.templates.values import number, own, same, text, truthy

MAX_RESULT = 256 * 1024
_MAX_INDENT = 10


def contains(collection: Any, value: Any) -> bool:
    """True when a text has this text in it, a list this item, or a map this key."""
    if isinstance(collection, str):
        return text(value) in collection
    if isinstance(collection, Mapping):
        return isinstance(value, str) and value in collection
    return isinstance(collection, list) and any(same(item, value) for item in collection)


def first(values: Any, count: Any) -> Any:
    """The first item of a list (or text), or its first `count`."""
    if not isinstance(values, (list, str)):
        return ""
    size = number(count)
    return own(values, "0") if size is None else values[: max(int(size), 0)]


def last(values: Any, count: Any) -> Any:
    if not isinstance(values, (list, str)):
        return ""
    size = number(count)
    if size is None:
        return values[-1] if values else None
    return values[-int(size) :] if size >= 1 else values[:0]


def item_at(values: Any, index: Any) -> Any:
    """The item at an index from 0, or from the end when negative; null beyond."""
    position = int(number(index) or 0)
    if not isinstance(values, list) or not -len(values) <= position < len(values):
        return None
    return values[position]


def join(values: Any, separator: Any) -> str:
    if not isinstance(values, list):
        return values if isinstance(values, str) else ""
    between = separator if isinstance(separator, str) else ", "
    if len(values) * len(between) > MAX_RESULT:
        raise HelperFault("join makes a text that is too long")
    return between.join(map(text, values))


def length(value: Any) -> int:
    return len(value) if isinstance(value, (list, str, Mapping)) else 0


def lookup(value: Any, key: Any) -> Any:
    return own(value, text(key)) if truthy(value) else value


def json_text(value: Any, indent: Any) -> str:
    """A value as JSON, on one line or with this indent."""
    width = int(max(0, min(number(indent) or 0, _MAX_INDENT)))
    if not width:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    chunks: list[str] = []
    size = 0
    for chunk in json.JSONEncoder(ensure_ascii=False, indent=width, default=_plain).iterencode(value):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_RESULT:
            raise HelperFault("JSONstringify makes a text that is too long")
    return "".join(chunks)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else text(value)


def parse_json(value: Any) -> Any:
    """The value that a text of JSON spells; null for anything else."""
    try:
        return json.loads(value, parse_constant=lambda _: None) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
