"""The functions of time: weekdays, dates and spans of the day, on the clocks of any zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.matching.matcher import compile_condition


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def matches(condition: dict[str, Any], now: datetime) -> bool:
    return compile_condition(condition).matches({}, now)


OFFICE = {"starttime": "08:00 am", "endtime": "05:00 pm"}
NIGHT = {"starttime": "05:00 pm", "endtime": "08:00 am"}
AFTERNOON = {"starttime": "12:00 pm", "endtime": "12:00 am"}
MORNING = {"starttime": "12:00 am", "endtime": "12:00 pm"}


@pytest.mark.parametrize(
    ("span", "time", "expected"),
    [
        (OFFICE, "08:00:00", True),
        (OFFICE, "17:00:00", True),
        (OFFICE, "17:00:30", True),
        (OFFICE, "17:01:00", False),
        (OFFICE, "07:59:59", False),
        (NIGHT, "23:00:00", True),
        (NIGHT, "07:59:00", True),
        (NIGHT, "08:00:59", True),
        (NIGHT, "12:00:00", False),
        (AFTERNOON, "15:00:00", True),
        (AFTERNOON, "00:00:00", True),
        (AFTERNOON, "11:59:00", False),
        (MORNING, "00:00:00", True),
        (MORNING, "12:01:00", False),
        ({"timeformat": "HH:mm", "starttime": "17:30", "endtime": "17:30"}, "17:30:59", True),
        ({"timeformat": "HH:mm:ss", "starttime": "17:30:00", "endtime": "17:30:10"}, "17:30:11", False),
        ({"timeformat": "H", "starttime": "8", "endtime": "9"}, "09:59:59", True),
        ({"timeformat": "h A", "starttime": "8 PM", "endtime": "9 PM"}, "20:10:00", True),
        ({"timeformat": "HH[h]mm", "starttime": "08h15", "endtime": "09h00"}, "08:15:00", True),
        ({"timeformat": "LT", "starttime": "8:15 AM", "endtime": "9:00 am"}, "08:15:00", True),
        ({"starttime": "8:00am", "endtime": "5:00PM"}, "16:00:00", True),
        ({"timeformat": "HH:mm", "starttime": "22:00", "endtime": "24:00"}, "23:30:00", True),
    ],
)
def test_time_between_counts_both_ends_and_spans_midnight(span: dict[str, str], time: str, expected: bool) -> None:
    assert matches({"$timeBetween": span}, at(f"2026-03-02T{time}+00:00")) is expected


def test_time_between_follows_the_clocks_of_its_zone_through_summer_time() -> None:
    span = {"timezone": "Europe/London", "timeformat": "HH:mm", "starttime": "10:00", "endtime": "11:00"}
    assert matches({"$timeBetween": span}, at("2026-06-02T09:30+00:00"))
    assert not matches({"$timeBetween": span}, at("2026-01-13T09:30+00:00"))


def test_day_is_the_iso_weekday_in_its_zone() -> None:
    for day, expected in (("2026-11-23", 1), ("2026-11-28", 6), ("2026-11-29", 7)):
        assert matches({"$day": {"$eq": expected}}, at(f"{day}T12:00+00:00"))
    tokyo = {"$day": {"timezone": "Asia/Tokyo", "$in": [1]}}
    assert matches(tokyo, at("2026-11-22T16:00+00:00"))
    assert not matches(tokyo, at("2026-11-23T16:00+00:00"))


def test_day_takes_several_operators() -> None:
    weekday = {"$day": {"$gte": 1, "$lte": 5}}
    assert matches(weekday, at("2026-11-23T12:00+00:00"))
    assert not matches(weekday, at("2026-11-28T12:00+00:00"))


def test_holidays_follow_the_zone() -> None:
    holiday = {"$now": {"timezone": "America/Chicago", "format": "MM-DD", "$in": ["01-01", "12-25"]}}
    assert not matches(holiday, at("2026-01-01T03:00+00:00"))
    assert matches(holiday, at("2026-01-01T06:00+00:00"))
    assert matches(holiday, at("2026-12-26T05:59+00:00"))


def test_now_is_a_date_unless_a_format_is_given() -> None:
    assert matches({"$now": {"$gte": "2026-01-01", "$lt": "2027-01-01"}}, at("2026-06-01T00:00+00:00"))


def test_office_hours_combine() -> None:
    office = {
        "$and": [
            {"$timeBetween": {"timezone": "Europe/London", **OFFICE}},
            {"$day": {"timezone": "Europe/London", "$in": [1, 2, 3, 4, 5]}},
        ]
    }
    assert matches(office, at("2026-11-24T10:00+00:00"))
    assert not matches(office, at("2026-11-24T17:30+00:00"))
    assert not matches(office, at("2026-11-28T10:00+00:00"))
    assert not matches({"$not": office}, at("2026-11-24T10:00+00:00"))
    assert matches({"$or": [office, {"always": None}]}, at("2026-11-28T10:00+00:00"))


def test_a_time_without_zone_is_utc() -> None:
    assert matches({"$timeBetween": OFFICE}, datetime(2026, 1, 1, 9))
    assert matches({"$day": {"$eq": 4}}, datetime(2026, 1, 1, 9, tzinfo=UTC))
