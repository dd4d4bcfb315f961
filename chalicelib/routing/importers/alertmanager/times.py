"""Alertmanager's time intervals as conditions. Format: Alertmanager docs, "Configuration", `time_interval`:
every field given must hold, a field holds in any of its ranges, and a range of times ends before its last minute."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.matching.clock import find_zone
from chalicelib.routing.importers.alertmanager.faults import ConversionError, NoEquivalent
from chalicelib.routing.importers.alertmanager.matchers import Term
from chalicelib.routing.importers.alertmanager.tree import refuse_unknown

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])\Z")
_FIELDS = ("times", "weekdays", "days_of_month", "months", "years", "location")
_LEAP_YEARS = [str(year) for year in range(2000, 2100) if calendar.isleap(year)]


def named_intervals(config: Mapping[str, Any]) -> dict[str, tuple[list[Term], list[str]]]:
    """The time intervals of a configuration by name: the conditions of which one must hold, and why any others are
    missing. `mute_time_intervals` is the older name of the section. Raises `ConversionError`."""
    found: dict[str, tuple[list[Term], list[str]]] = {}
    for section in ("mute_time_intervals", "time_intervals"):
        for index, entry in enumerate(_list(config.get(section), section)):
            place = f"{section}[{index}]"
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                raise ConversionError(f"{place} must be a mapping with name and time_intervals")
            refuse_unknown(entry, ("name", "time_intervals"), place)
            if entry["name"] in found:
                raise ConversionError(f"{place}: there are two time intervals named {entry['name']!r}"[:200])
            found[entry["name"]] = _terms(entry.get("time_intervals"), f"{place}.time_intervals")
    return found


def _terms(intervals: Any, place: str) -> tuple[list[Term], list[str]]:
    terms: list[Term] = []
    missing: list[str] = []
    for index, interval in enumerate(_list(intervals, place)):
        where = f"{place}[{index}]"
        if not isinstance(interval, dict):
            raise ConversionError(f"{where} must be a mapping")
        refuse_unknown(interval, _FIELDS, where)
        try:
            terms.append(_interval(interval))
        except NoEquivalent as error:
            missing.append(f"{where}: {error}")
        except ValueError as error:
            raise ConversionError(f"{where}: {error}") from None
    return terms, missing


def _list(value: Any, place: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise ConversionError(f"{place} must be a list")
    return value or []


def _interval(interval: Mapping[str, Any]) -> Term:
    zone = str(interval.get("location") or "UTC")
    if zone == "Local":
        raise NoEquivalent("the location Local is that of the machine Alertmanager runs on")
    find_zone(zone)
    terms = [
        _times(interval.get("times"), zone),
        _ranged(interval.get("weekdays"), _weekday, lambda days: _days(days, zone)),
        _days_of_month(interval.get("days_of_month"), zone),
        _dates(interval.get("months"), _month, zone, "MM"),
        _dates(interval.get("years"), int, zone, "YYYY"),
    ]
    given = [term for term in terms if term]
    return {} if not given else given[0] if len(given) == 1 else {"$and": given}


def _times(ranges: Any, zone: str) -> Term:
    terms = []
    for entry in _list(ranges, "times"):
        start, end = _minutes(entry, "start_time"), _minutes(entry, "end_time")
        if start >= end:
            raise ValueError("a time range must start before it ends")
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
        raise ValueError(f"{name} must be a time such as 09:00, not {value!r}"[:200])
    return minutes


def _dates(ranges: Any, number: Callable[[str], int], zone: str, form: str) -> Term:
    def term(numbers: list[int]) -> Term:
        return _now(zone, form, [f"{value:0{len(form)}}" for value in numbers])

    return _ranged(ranges, number, term)


def _ranged(ranges: Any, number: Callable[[str], int], term: Callable[[list[int]], Term]) -> Term:
    """A field's ranges, such as ``['1:5', 'december']``, as one condition over all the numbers they hold."""
    found: set[int] = set()
    for start, end in _ends(ranges, number):
        if not 0 <= end - start <= 366:
            raise ValueError(f"the range {start}:{end} ends before it starts")
        found.update(range(start, end + 1))
    return term(sorted(found)) if found else {}


def _ends(ranges: Any, number: Callable[[str], int]) -> list[tuple[int, int]]:
    """The first and last of each range."""
    found = []
    for entry in _list(ranges, "a field of a time interval"):
        first, _, last = str(entry).lower().partition(":")
        try:
            start = number(first.strip())
            found.append((start, number(last.strip()) if last else start))
        except ValueError:
            raise ValueError(f"the range {str(entry)[:50]!r} is unknown") from None
    return found


def _days_of_month(ranges: Any, zone: str) -> Term:
    """Days count from the end of the month when they are negative, so that they differ by its length."""
    ends = _ends(ranges, _day)
    if any(start > 0 > end + 31 or (start > end and start * end > 0) for start, end in ends):
        raise ValueError("days_of_month has a range that ends before it starts")
    if any(start < 0 < end for start, end in ends):
        raise ValueError("days_of_month has a range that starts from the month's end and ends from its start")
    days = {length: _days_in(length, ends) for length in (28, 29, 30, 31)}
    if all(start > 0 and end > 0 for start, end in ends):
        return _now(zone, "DD", [f"{day:02}" for day in days[31]]) if ends else {}
    lengths = {month: calendar.monthrange(2001, month)[1] for month in range(1, 13)}
    common = [f"{month:02}-{day:02}" for month, length in lengths.items() if month != 2 for day in days[length]]
    terms = [_now(zone, "MM-DD", common)] if common else []
    for operator, length in (("$in", 29), ("$nin", 28)):
        february = [f"02-{day:02}" for day in days[length]]
        years = {"$now": {"timezone": zone, "format": "YYYY", operator: _LEAP_YEARS}}
        terms += [{"$and": [years, _now(zone, "MM-DD", february)]}] if february else []
    return {"$or": terms} if terms else {"always": False}


def _days_in(length: int, ends: list[tuple[int, int]]) -> list[int]:
    """The days of a month of that length; a range is cut to the month."""
    found: set[int] = set()
    for start, end in ends:
        first, last = (day if day > 0 else length + day + 1 for day in (start, end))
        found.update(range(max(first, 1), min(last, length) + 1))
    return sorted(found)


def _now(zone: str, form: str, texts: list[str]) -> Term:
    return {"$now": {"timezone": zone, "format": form, "$in": texts}}


def _weekday(name: str) -> int:
    return _WEEKDAYS.index(name)


def _days(days: list[int], zone: str) -> Term:
    """Alertmanager counts from Sunday, 0; rules from Monday, 1, to Sunday, 7."""
    return {"$day": {"timezone": zone, "$in": sorted(day or 7 for day in days)}}


def _day(text: str) -> int:
    day = int(text)
    if not 1 <= abs(day) <= 31:
        raise ValueError("no such day")
    return day


def _month(text: str) -> int:
    month = _MONTHS.index(text) + 1 if text in _MONTHS else int(text)
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    return month
