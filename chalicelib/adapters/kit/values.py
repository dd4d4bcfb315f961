"""Small, safe readings of foreign values: what adapters use so that no input makes them raise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Json = Any
Datum = dict[str, Any]

_HTTP_URL = re.compile(r"https?://[^\s/?#]+[^\s]*\Z", re.IGNORECASE)
_MAX_TIMESTAMP = 253_402_300_799


def blank(value: Json) -> bool:
    """True for null, an empty list or map, and text of white space only. `0` and `false` are not blank."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, (list, dict)) and not value)


def text(value: Json) -> str:
    """A value as text: null is "", booleans are `true`/`false`, lists and maps are compact JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def text_or_none(value: Json) -> str | None:
    """Like `text`, but null stays null."""
    return None if value is None else text(value)


def first_text(*values: Json) -> str:
    """The text of the first value that is not blank; "" when all are."""
    return next((text(value) for value in values if not blank(value)), "")


def joined(separator: str, *values: Json) -> str:
    """The texts of the values that are not blank, joined."""
    return separator.join(text(value) for value in values if not blank(value))


def split_unique(value: Json, separator: str | None = ",") -> list[str]:
    """A delimited string (or a list) as trimmed, unique, non-empty texts in order. None splits on white space."""
    parts = value if isinstance(value, list) else text(value).split(separator)
    return unique(text(part).strip() for part in parts)


def unique(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]


def mapping(value: Json) -> Mapping[str, Json]:
    """The value when it is a map, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def number(value: Json) -> float | None:
    """A number, or the number that a text spells; None for anything else, NaN and infinities included."""
    if isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if abs(found) != float("inf") and found == found else None


def epoch(seconds: Json) -> str | None:
    """Seconds since the epoch (number or numeric text) as ISO 8601 in UTC with ms; None if it is no such time."""
    found = number(seconds)
    if found is None or not 0 <= found <= _MAX_TIMESTAMP:
        return None
    return datetime.fromtimestamp(found, UTC).isoformat(timespec="milliseconds")


def datum(form: str, label: Json, value: Json) -> Datum | None:
    """One item of additional data, or None when it would be empty or is a link without an http(s) URL."""
    if blank(label) or blank(value):
        return None
    if form in ("link", "img") and not (isinstance(value, str) and _HTTP_URL.match(value)):
        return None
    return {"format": form, "label": text(label), "value": value}
