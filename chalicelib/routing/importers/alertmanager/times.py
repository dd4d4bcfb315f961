"""Alertmanager's time intervals as conditions. Format: Alertmanager docs, "Configuration", `time_interval`:
every field given must hold, a field holds in any of its ranges, and a range of times ends before its last minute."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.matching.matcher import ConditionError, compile_condition
from chalicelib.routing.importers.alertmanager.matchers import NoEquivalent, Term

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])\Z")
_FIELDS = ("times", "weekdays", "days_of_month", "months", "years", "location")


def named_intervals(config: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The time intervals of a configuration by name; `mute_time_intervals` is the older name of the section."""
    found: dict[str, list[Any]] = {}
    for section in ("mute_time_intervals", "time_intervals"):
        entries = config.get(section)
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("time_intervals"), list):
                found[str(entry.get("name"))] = entry["time_intervals"]
    return found


def interval_term(intervals: list[Any]) -> Term:
    """The condition that holds within any of the intervals; {} if it always does. Raises `NoEquivalent`."""
    terms = [_interval(interval if isinstance(interval, dict) else {}) for interval in intervals]
    if not terms:
        return {"always": False}
    if {} in terms:
        return {}
    term = terms[0] if len(terms) == 1 else {"$or": terms}
    try:
        compile_condition(term, "")
    except ConditionError as error:
        raise NoEquivalent(str(error)[:300]) from None
    return term


def _interval(interval: Mapping[str, Any]) -> Term:
    unknown = [name for name in interval if name not in _FIELDS]
    if unknown:
        raise NoEquivalent(f"the field {unknown[0][:100]!r} of a time interval is unknown")
    zone = str(interval.get("location") or "UTC")
    if zone == "Local":
        raise NoEquivalent("the location Local is that of the machine Alertmanager runs on")
    terms = [
        _times(interval.get("times"), zone),
        _ranged(interval.get("weekdays"), _weekday, lambda days: _days(days, zone)),
        _dates(interval.get("days_of_month"), _day, zone, "DD"),
        _dates(interval.get("months"), _month, zone, "MM"),
        _dates(interval.get("years"), int, zone, "YYYY"),
    ]
    given = [term for term in terms if term]
    return {} if not given else given[0] if len(given) == 1 else {"$and": given}


def _times(ranges: Any, zone: str) -> Term:
    terms = []
    for entry in ranges if isinstance(ranges, list) else []:
        start, end = _minutes(entry, "start_time"), _minutes(entry, "end_time")
        if start >= end:
            raise NoEquivalent("a time range must start before it ends")
        terms.append({"$timeBetween": _between(zone, start, end - 1)})
    return {} if not terms else terms[0] if len(terms) == 1 else {"$or": terms}


def _between(zone: str, start: int, end: int) -> Term:
    clock = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (start, end)]
    return {"timezone": zone, "timeformat": "HH:mm", "starttime": clock[0], "endtime": clock[1]}


def _minutes(entry: Any, name: str) -> int:
    value = entry.get(name) if isinstance(entry, dict) else None
    match = _CLOCK.match(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else 1441
    if minutes > 1440:
        raise NoEquivalent(f"{name} must be a time such as 09:00, not {value!r}"[:200])
    return minutes


def _dates(ranges: Any, number: Callable[[str], int], zone: str, form: str) -> Term:
    def term(numbers: list[int]) -> Term:
        texts = [f"{value:0{len(form)}}" for value in numbers]
        return {"$now": {"timezone": zone, "format": form, "$in": texts}}

    return _ranged(ranges, number, term)


def _ranged(ranges: Any, number: Callable[[str], int], term: Callable[[list[int]], Term]) -> Term:
    """A field's ranges, such as ``['1:5', 'december']``, as one condition over all the numbers they hold."""
    found: set[int] = set()
    for entry in ranges if isinstance(ranges, list) else []:
        first, _, last = str(entry).lower().partition(":")
        try:
            start = number(first.strip())
            end = number(last.strip()) if last else start
        except ValueError:
            raise NoEquivalent(f"the range {str(entry)[:50]!r} has no equivalent") from None
        if not 0 <= end - start <= 366:
            raise NoEquivalent(f"the range {str(entry)[:50]!r} ends before it starts")
        found.update(range(start, end + 1))
    return term(sorted(found)) if found else {}


def _weekday(name: str) -> int:
    return _WEEKDAYS.index(name)


def _days(days: list[int], zone: str) -> Term:
    """Alertmanager counts from Sunday, 0; rules from Monday, 1, to Sunday, 7."""
    return {"$day": {"timezone": zone, "$in": sorted(day or 7 for day in days)}}


def _day(text: str) -> int:
    day = int(text)
    if not 1 <= day <= 31:
        raise ValueError("days counted from a month's end are not known to rules")
    return day


def _month(text: str) -> int:
    month = _MONTHS.index(text) + 1 if text in _MONTHS else int(text)
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    return month
