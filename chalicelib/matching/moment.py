"""Times as moment.js formats them, in English: `YYYY-MM-DD`, `hh:mm a`, `[week] W`.

Source: moment's documentation, "Format". Letters that are no token stand for themselves; the tokens of other
calendars and week rules (w, e, gg, N, y) are not supported: `format_fault` names them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MAX_FORMAT = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORTHANDS = {
    "LT": "h:mm A",
    "LTS": "h:mm:ss A",
    "L": "MM/DD/YYYY",
    "LL": "MMMM D, YYYY",
    "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "l": "M/D/YYYY",
    "ll": "MMM D, YYYY",
    "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}
_TOKEN = re.compile(
    r"\[[^\[]*\]|\\?(?:Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|w[ow]?|W[oW]?|Qo?|N{1,5}|Y{4,6}|YY|y{1,4}|yo"
    r"|gg(?:ggg?)?|GG(?:GGG?)?|e|E|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|LTS|LT|LL?L?L?|l{1,4}|.)",
    re.DOTALL,
)
_SHORTHAND = re.compile(r"\[[^\[]*\]|\\?(?:LTS|LT|LL?L?L?|l{1,4})")
_UNSUPPORTED = re.compile(r"w[ow]?|N+|YYYYY+|y+o?|g+|GGGGG|e")


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ... 11th, 12th, 13th, ... 21st."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _offset(moment: datetime, colon: str) -> str:
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


def _day_of_year(moment: datetime) -> int:
    return moment.timetuple().tm_yday


def _quarter(moment: datetime) -> int:
    return (moment.month + 2) // 3


def _meridiem(moment: datetime) -> str:
    return "am" if moment.hour < 12 else "pm"


_Formatter = Callable[[datetime], str]
_FORMATTERS: dict[str, _Formatter] = {
    "YYYY": lambda moment: f"{moment.year:04}",
    "YY": lambda moment: f"{moment.year % 100:02}",
    "Q": lambda moment: f"{_quarter(moment)}",
    "Qo": lambda moment: ordinal(_quarter(moment)),
    "M": lambda moment: f"{moment.month}",
    "Mo": lambda moment: ordinal(moment.month),
    "MM": lambda moment: f"{moment.month:02}",
    "MMM": lambda moment: _MONTHS[moment.month - 1][:3],
    "MMMM": lambda moment: _MONTHS[moment.month - 1],
    "D": lambda moment: f"{moment.day}",
    "Do": lambda moment: ordinal(moment.day),
    "DD": lambda moment: f"{moment.day:02}",
    "DDD": lambda moment: f"{_day_of_year(moment)}",
    "DDDo": lambda moment: ordinal(_day_of_year(moment)),
    "DDDD": lambda moment: f"{_day_of_year(moment):03}",
    "d": lambda moment: f"{moment.isoweekday() % 7}",
    "do": lambda moment: ordinal(moment.isoweekday() % 7),
    "dd": lambda moment: _DAYS[moment.weekday()][:2],
    "ddd": lambda moment: _DAYS[moment.weekday()][:3],
    "dddd": lambda moment: _DAYS[moment.weekday()],
    "E": lambda moment: f"{moment.isoweekday()}",
    "W": lambda moment: f"{moment.isocalendar().week}",
    "Wo": lambda moment: ordinal(moment.isocalendar().week),
    "WW": lambda moment: f"{moment.isocalendar().week:02}",
    "GG": lambda moment: f"{moment.isocalendar().year % 100:02}",
    "GGGG": lambda moment: f"{moment.isocalendar().year:04}",
    "H": lambda moment: f"{moment.hour}",
    "HH": lambda moment: f"{moment.hour:02}",
    "h": lambda moment: f"{moment.hour % 12 or 12}",
    "hh": lambda moment: f"{moment.hour % 12 or 12:02}",
    "k": lambda moment: f"{moment.hour or 24}",
    "kk": lambda moment: f"{moment.hour or 24:02}",
    "m": lambda moment: f"{moment.minute}",
    "mm": lambda moment: f"{moment.minute:02}",
    "s": lambda moment: f"{moment.second}",
    "ss": lambda moment: f"{moment.second:02}",
    **{"S" * width: lambda moment, width=width: f"{moment.microsecond:06}000"[:width] for width in range(1, 10)},  # type: ignore[misc]
    "a": _meridiem,
    "A": lambda moment: _meridiem(moment).upper(),
    "Z": lambda moment: _offset(moment, ":"),
    "ZZ": lambda moment: _offset(moment, ""),
    "z": lambda moment: moment.tzname() or "",
    "zz": lambda moment: moment.tzname() or "",
    "x": lambda moment: f"{(moment - _EPOCH) // timedelta(milliseconds=1)}",
    "X": lambda moment: f"{(moment - _EPOCH) // timedelta(seconds=1)}",
}


def tokens_of(pattern: str) -> list[str]:
    """The tokens and literals of a format, one by one, with the shorthands (LT, LL, ...) written out."""
    written_out = _SHORTHAND.sub(lambda found: _SHORTHANDS.get(found[0], found[0]), pattern)
    found: list[str] = _TOKEN.findall(written_out)
    return found


def format_fault(pattern: str) -> str | None:
    """What is wrong with a format, or None."""
    if not pattern or len(pattern) > MAX_FORMAT:
        return f"must be a moment format of 1 to {MAX_FORMAT} characters"
    for token in tokens_of(pattern):
        if _UNSUPPORTED.fullmatch(token):
            return f"the format token {token} is not supported"
    return None


def format_moment(moment: datetime, pattern: str) -> str:
    """Write `moment` as the format says, on the clocks of its own zone (UTC when it has none). Unsupported tokens are
    written as they stand."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return "".join(part if isinstance(part, str) else part(moment) for part in _compiled(pattern))


def literal_of(token: str) -> str:
    """What a part of a format that is no token stands for."""
    if len(token) > 1 and token[0] == "[" and token[-1] == "]":
        return token[1:-1]
    return token[1:] if token.startswith("\\") and len(token) > 1 else token


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[str | _Formatter, ...]:
    return tuple(_FORMATTERS.get(token) or literal_of(token) for token in tokens_of(pattern))
