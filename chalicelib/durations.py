"""Durations as users write them, in the notation of the npm library `ms`: ``15m``, ``1.5 hours``, ``30d``."""

from __future__ import annotations

import re
from typing import Any

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_UNITS = {
    **dict.fromkeys(("", "ms", "msec", "msecs", "millisecond", "milliseconds"), 1),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), _SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * _DAY),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), int(365.25 * _DAY)),
}
_NOTATION = re.compile(r"([0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) *([a-z]*)\Z", re.IGNORECASE)


def parse_duration(value: Any) -> int | None:
    """A duration in milliseconds, or None when `value` is none. A bare number is milliseconds; none is negative."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if 0 <= value < 1e15 else None
    match = _NOTATION.match(value.strip()) if isinstance(value, str) and len(value) <= 100 else None
    unit = _UNITS.get(match[2].lower()) if match else None
    return round(float(match[1]) * unit) if match and unit else None


def duration_fault(value: Any, minimum: str | None = None, maximum: str | None = None) -> str | None:
    """What is wrong with a duration, or None."""
    found = parse_duration(value)
    if found is None:
        return f"must be a duration such as 30s, 15m, 1h or 7d, not {value!r}"[:200]
    if minimum and found < (parse_duration(minimum) or 0):
        return f"must be at least {minimum}"
    if maximum and found > (parse_duration(maximum) or 0):
        return f"must be at most {maximum}"
    return None
