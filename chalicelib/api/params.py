"""Read what a client sent: JSON or form-encoded, strictly, with an error that names what is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from math import isfinite
from typing import Any

from chalicelib.adapters.kit.forms import nest, unquoted
from chalicelib.adapters.kit.request import Request
from chalicelib.errors import BadRequest, TooLarge

LARGEST_BODY = 1024 * 1024
_DEEPEST = 64
_MOST_FIELDS = 5000
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_INDEX = re.compile(r"[0-9]{1,9}\Z")

Params = dict[str, Any]


def read_params(body: bytes, content_type: str) -> Params:
    """The body's parameters. An empty body has none, whatever its content type. Raises BadRequest or TooLarge."""
    if len(body) > LARGEST_BODY:
        raise TooLarge("request body is larger than 1 MiB")
    if not body.strip():
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        form = Request(headers={"content-type": content_type}, body=body).form
        if not form:
            raise BadRequest("request body is not valid multipart form data")
        return form
    text = _decode(body)
    if kind == "application/x-www-form-urlencoded" and text.lstrip()[:1] not in ("{", "["):
        return nest_strictly(_pairs(text))
    return _read_json(text)


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"request body is not valid UTF-8 at byte {error.start}") from error


def _pairs(text: str) -> list[tuple[str, str]]:
    if text.count("&") >= _MOST_FIELDS:
        raise BadRequest(f"request body is not valid form data: it has more than {_MOST_FIELDS} fields")
    fields = [field.partition("=") for field in text.split("&") if field]
    try:
        return [(unquoted(name, "strict"), unquoted(value, "strict")) for name, _, value in fields]
    except UnicodeDecodeError as error:
        raise BadRequest(f"request body is not valid form data: {error.reason} in a field") from error


def nest_strictly(pairs: Iterable[tuple[str, str]]) -> Params:
    """Form fields nested in Rails' notation; a bare name that repeats is a list. Raises BadRequest for names that
    cannot be nested or contradict each other."""
    listed = list(pairs)
    repeats = Counter(name for name, _ in listed if "[" not in name)
    nested = nest((f"{name}[]" if repeats[name] > 1 else name, value) for name, value in listed)
    for name in nested:
        if "[" in name or "]" in name:
            raise BadRequest(f"parameter {name[:100]} is badly nested")
    return nested


def _read_json(text: str) -> Params:
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unrepeated,
            parse_constant=_refuse_constant,
            parse_int=_read_integer,
            parse_float=_read_float,
        )
    except RecursionError as error:
        raise BadRequest("request body is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"request body is not valid JSON: {error.msg} at line {error.lineno}") from error
    if not isinstance(value, dict):
        raise BadRequest("request body must be a JSON object")
    _refuse_unstorable(value, _DEEPEST)
    return value


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        name = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise BadRequest(f"request body has the key {name[:100]!r} twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise BadRequest(f"request body is not valid JSON: {name} is no number")


def _read_integer(digits: str) -> int:
    """An integer of 64 bits: what storage and the clients of most languages hold."""
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise BadRequest(f"request body has the number {digits[:30]}..., which does not fit 64 bits")
    return int(digits)


def _read_float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise BadRequest(f"request body has the number {text[:30]}, which is too large")
    return value


def _refuse_unstorable(value: Any, levels: int) -> None:
    """Raise BadRequest for nesting deeper than `levels`, and for half a surrogate pair, which is no text."""
    if isinstance(value, str) and not value.isascii() and _HALF_PAIR.search(value):
        raise BadRequest(
            f"request body has half a surrogate pair in {value[:50].encode('ascii', 'replace').decode()!r}"
        )
    if not isinstance(value, (dict, list)):
        return
    if levels == 0:
        raise BadRequest(f"request body is nested deeper than {_DEEPEST}")
    for child in (*value, *value.values()) if isinstance(value, dict) else value:
        _refuse_unstorable(child, levels - 1)


def attributes_list(value: Any, name: str) -> list[dict[str, Any]]:
    """A nested `x_attributes` list: a list of maps, or Rails' form of it, a map from index to map."""
    if value in (None, ""):
        return []
    if isinstance(value, dict) and all(_INDEX.match(key) for key in value):
        value = [value[key] for key in sorted(value, key=int)]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadRequest(f"{name} must be a list of objects")
    return value
