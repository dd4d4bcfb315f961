"""Form fields, urlencoded and multipart, and how Rails nests them: any bytes, within a budget, reading never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chalicelib.adapters.kit.charsets import decode_text
from chalicelib.adapters.kit.mime import Part, leaves, parameter

Json = Any
Field = tuple[str, str]

_MAX_FIELDS = 10_000
_MAX_DEPTH = 32
_SEGMENT = re.compile(r"\[([^\[\]]*)\]")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BYTES = {f"{value:02x}".encode(): bytes([value]) for value in range(256)}


def urlencoded_fields(source: str) -> list[Field]:
    """The first 10,000 fields of an urlencoded text, blank values included."""
    fields = raw_fields(source.encode("utf-8", "replace"))
    return [(name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in fields]


def raw_fields(body: bytes) -> list[tuple[bytes, bytes]]:
    """The first 10,000 fields of an urlencoded body, in the bytes that they stand for."""
    first = (field.partition(b"=") for field in body.split(b"&", _MAX_FIELDS)[:_MAX_FIELDS] if field)
    return [(_unquoted(name), _unquoted(value)) for name, _, value in first]


def unquoted(source: str, errors: str = "replace") -> str:
    """Urlencoded text as it is meant. Raises UnicodeDecodeError for bytes that are no UTF-8 if `errors` is "strict"."""
    return _unquoted(source.encode("utf-8", "replace")).decode("utf-8", errors)


def _unquoted(source: bytes) -> bytes:
    """(The standard library makes a list of as many pieces as there are percent signs.)"""
    plain = source.replace(b"+", b" ")
    return _ESCAPE.sub(lambda found: _BYTES[found[1].lower()], plain) if b"%" in plain else plain


def multipart_fields(content_type: str, body: bytes) -> list[Field]:
    """The text fields of a multipart form; files are named, not read."""
    parts = leaves(Part(body, (("content-type", content_type),), 0, len(body)))
    return [field for part in parts for field in _field(part)]


def _field(part: Part) -> list[Field]:
    name = parameter(part.header("content-disposition"), "name")
    if not name:
        return []
    return [(name, decode_text(part.content, None) if part.filename is None else part.filename)]


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """Form fields as Rails nests them: ``a[b]=1``, ``a[]=1&a[]=2``, ``a[][b]=1``. Never raises: a field that
    contradicts an earlier one, or is nested deeper than 32, stays a plain key; a plain repeat: the last wins."""
    result: dict[str, Json] = {}
    for name, value in pairs:
        head, bracket, _ = name.partition("[")
        segments = _SEGMENT.findall(name[len(head) :]) if bracket else []
        well_formed = bracket and head + "".join(f"[{s}]" for s in segments) == name and len(segments) <= _MAX_DEPTH
        if not (well_formed and _place(result, [head, *segments], value)):
            result[name] = value
    return result


def _place(target: dict[str, Json], segments: list[str], value: str) -> bool:
    """Put a value at a nested place; False when something of another kind stands in its way."""
    head, *rest = segments
    if not rest:
        target[head] = value
        return True
    if rest[0] != "":
        child = target.setdefault(head, {})
        return isinstance(child, dict) and _place(child, rest, value)
    children = target.setdefault(head, [])
    if not isinstance(children, list):
        return False
    if len(rest) == 1:
        children.append(value)
        return True
    if not children or not isinstance(children[-1], dict) or (len(rest) == 2 and rest[1] in children[-1]):
        children.append({})
    return _place(children[-1], rest[1:], value)
