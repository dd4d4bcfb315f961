"""The functions of time: `$day`, `$now` and `$timeBetween`, in any IANA zone. They ignore the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.matching.moment import format_fault, format_moment, literal_of, tokens_of

DEFAULT_ZONE = "Etc/UTC"
DEFAULT_DATE = "YYYY-MM-DD"
DEFAULT_TIME = "hh:mm a"

_HOURS = ("H", "HH", "h", "hh", "k", "kk")
_MINUTES = ("m", "mm")
_SECONDS = ("s", "ss")


def find_zone(name: Any) -> tzinfo:
    """The IANA zone of that name. Raises ValueError."""
    if isinstance(name, str) and 0 < len(name) <= 100:
        try:
            return ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            pass
    raise ValueError(f"unknown time zone {name!r}; use an IANA name such as Europe/London"[:200])


def local(now: datetime, zone: tzinfo) -> datetime:
    """`now` on that zone's clocks; a time without zone is UTC."""
    return (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(zone)


def weekday(zone: tzinfo) -> Callable[[datetime], int]:
    """`$day`: the ISO weekday, 1 for Monday to 7 for Sunday."""
    return lambda now: local(now, zone).isoweekday()


def formatted(zone: tzinfo, pattern: Any) -> Callable[[datetime], str]:
    """`$now`: the time as text. Raises ValueError when the format is none."""
    if not isinstance(pattern, str):
        raise ValueError("must be a moment format, as text")
    if fault := format_fault(pattern):
        raise ValueError(fault)
    return lambda now: format_moment(local(now, zone), pattern)


class TimeFormat:
    """A format of times of day, to read start and end by. Times are compared in its smallest unit."""

    def __init__(self, pattern: Any) -> None:
        """Raises ValueError when `pattern` is no format of hours, and maybe minutes, seconds and am/pm."""
        tokens = tokens_of(pattern) if isinstance(pattern, str) and 0 < len(pattern) <= 50 else []
        if not any(token in _HOURS for token in tokens):
            raise ValueError('must be a moment format of a time of day, such as "hh:mm a" or "HH:mm"')
        self.pattern = str(pattern)
        self._expression = re.compile(rf"\s*{''.join(_expression(token) for token in tokens)}\s*", re.IGNORECASE)
        self.unit = 1 if any(token in _SECONDS for token in tokens) else 60
        if self.unit == 60 and not any(token in _MINUTES for token in tokens):
            self.unit = 3600

    def units_of(self, moment: datetime) -> int:
        """How many whole units of the day have passed."""
        return (moment.hour * 3600 + moment.minute * 60 + moment.second) // self.unit

    def read(self, text: Any) -> int:
        """A time of day, in units. Raises ValueError when it does not fit the format."""
        found = self._expression.fullmatch(text) if isinstance(text, str) and len(text) <= 100 else None
        parts = found.groupdict() if found else {}
        hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
        if not found or hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
            raise ValueError(f"does not fit the timeformat {self.pattern!r}: {text!r}"[:200])
        half = (parts.get("half") or "").lower()
        if half and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        return (hour % 24 * 3600 + minute * 60 + second) // self.unit


def between(zone: tzinfo, form: TimeFormat, start: int, end: int) -> Callable[[datetime], bool]:
    """`$timeBetween`: both ends count; a start after the end spans midnight."""
    if start <= end:
        return lambda now: start <= form.units_of(local(now, zone)) <= end
    return lambda now: not end < form.units_of(local(now, zone)) < start


def _expression(token: str) -> str:
    for name, tokens in (("hour", _HOURS), ("minute", _MINUTES), ("second", _SECONDS)):
        if token in tokens:
            return rf"(?P<{name}>[0-9]{{1,2}})"
    if token in ("a", "A"):
        return r"\s*(?:(?P<half>[ap])\.?m?\.?)?"
    literal = literal_of(token)
    if literal.isspace():
        return r"\s*"
    if token == literal and literal.isalpha() and len(literal) >= 1 and literal != "T":
        raise ValueError(f"the timeformat may not hold {token}: only H HH h hh k kk m mm s ss a A")
    return re.escape(literal)
