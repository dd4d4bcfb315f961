"""Times as moment.js writes them; the expected texts are moment's own."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.matching.moment import format_fault, format_moment

MOMENT = datetime(2024, 1, 5, 15, 4, 9, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("YYYY YY", "2024 24"),
        ("M MM MMM MMMM Mo", "1 01 Jan January 1st"),
        ("D DD Do", "5 05 5th"),
        ("DDD DDDD DDDo", "5 005 5th"),
        ("d dd ddd dddd E do", "5 Fr Fri Friday 5 5th"),
        ("H HH h hh k kk", "15 15 3 03 15 15"),
        ("m mm s ss", "4 04 9 09"),
        ("S SS SSS SSSS", "1 12 123 1230"),
        ("a A", "pm PM"),
        ("Z ZZ", "+00:00 +0000"),
        ("x X", "1704467049123 1704467049"),
        ("Q Qo W WW GGGG", "1 1st 1 01 2024"),
        ("[at] hh:mm a", "at 03:04 pm"),
        ("YYYY-MM-DDTHH:mm:ss", "2024-01-05T15:04:09"),
        ("LT|LTS|L|LL", "3:04 PM|3:04:09 PM|01/05/2024|January 5, 2024"),
        ("LLLL", "Friday, January 5, 2024 3:04 PM"),
        ("l ll", "1/5/2024 Jan 5, 2024"),
        (r"\dd \LT \[", "dd LT ["),
        ("[] ]", "] "),
        ("é 日", "é 日"),
    ],
)
def test_tokens(pattern: str, text: str) -> None:
    assert format_fault(pattern) is None
    assert format_moment(MOMENT, pattern) == text


@pytest.mark.parametrize(
    ("day", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st")]
)
def test_ordinals(day: int, text: str) -> None:
    assert format_moment(MOMENT.replace(day=day), "Do") == text


def test_midnight_and_noon() -> None:
    assert format_moment(MOMENT.replace(hour=0), "h hh H k a") == "12 12 0 24 am"
    assert format_moment(MOMENT.replace(hour=12), "h hh A") == "12 12 PM"


def test_offsets_and_zone_names() -> None:
    newfoundland = MOMENT.astimezone(ZoneInfo("America/St_Johns"))
    assert format_moment(newfoundland, "HH:mm Z ZZ z") == "11:34 -03:30 -0330 NST"
    assert format_moment(MOMENT.astimezone(ZoneInfo("Asia/Kathmandu")), "Z") == "+05:45"


@pytest.mark.parametrize("pattern", ["", "gg", "YYYY w", "NN", "e", "x" * 201])
def test_unsupported_formats_are_named(pattern: str) -> None:
    assert format_fault(pattern)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30), st.datetimes())
def test_any_format_of_any_time_is_text(pattern: str, moment: datetime) -> None:
    assert isinstance(format_moment(moment, pattern), str)
