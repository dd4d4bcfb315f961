"""Values as JavaScript shows and judges them: what a template prints, takes for true, and finds under a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"}
_ESCAPABLE = re.compile("[&<>\"'`=]")
_MAX_INDEX_DIGITS = 9


def text(value: Any) -> str:
    """A value as a template prints it: null is "", a list its texts joined by commas, a map `[object Object]`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, (list, tuple)):
        return ",".join(text(item) for item in value)
    if isinstance(value, Mapping):
        return "[object Object]"
    if isinstance(value, int) and value.bit_length() > 1024:
        return "Infinity" if value > 0 else "-Infinity"
    return str(value)


def number_text(value: float) -> str:
    """A number as JavaScript writes it: 1.0 is `1`, 1e21 is `1e+21`, 0.000001 is not `1e-06`."""
    if value != value:
        return "NaN"
    if abs(value) == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    if -7 < int(exponent) < 0:
        return format(Decimal(repr(value)), "f")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"


def number(value: Any) -> float | None:
    """The finite number that a value is or a text spells; booleans count as 1 and 0; else None."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if abs(found) != float("inf") and found == found else None


def escape(source: str) -> str:
    """HTML-escape exactly what Handlebars escapes: & < > " ' ` and =."""
    return _ESCAPABLE.sub(lambda found: _ESCAPES[found[0]], source)


def truthy(value: Any) -> bool:
    """True as JavaScript has it: false, null, 0, NaN and "" are false; an empty list or map is true."""
    if isinstance(value, (list, tuple, Mapping)):
        return True
    return bool(value) and value == value


def empty(value: Any) -> bool:
    """What the built-in blocks take for nothing: as `truthy`, but an empty list is nothing and 0 is something."""
    if isinstance(value, (list, tuple)):
        return not value
    return not truthy(value) and (value != 0 or isinstance(value, bool))


def own(value: Any, key: str) -> Any:
    """What a value holds under a key: a map's member, a list's item, a text's character, or their length.

    Nothing is ever looked up on the Python object itself.
    """
    if isinstance(value, Mapping):
        return value.get(key)
    if not isinstance(value, (list, tuple, str)):
        return None
    if key == "length":
        return len(value)
    canonical = key.isascii() and key.isdecimal() and len(key) <= _MAX_INDEX_DIGITS and (key == "0" or key[0] != "0")
    return value[int(key)] if canonical and int(key) < len(value) else None


def same(first: Any, second: Any) -> bool:
    """JavaScript's ===: no conversion between kinds; lists and maps are the same only if they are one object."""
    if isinstance(first, (list, tuple, Mapping)) or isinstance(second, (list, tuple, Mapping)):
        return first is second
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return bool(first == second)
