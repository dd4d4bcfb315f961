"""Times as they are written: by the API in ISO 8601, in storage as milliseconds or seconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """A time as the API writes it: ISO 8601, UTC, ms: ``2026-03-01T08:15:00.000Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """The time so many milliseconds after the epoch."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def read_time(text: str) -> datetime | None:
    """A time in ISO 8601 with an offset, or naive for UTC; a plus that a URL turned into a space is forgiven. None for
    any other text."""
    if len(text) < 10 or not text[:4].isdigit():
        return None
    if len(text) > 19 and text[-6] == " ":
        text = text[:-6] + "+" + text[-5:]
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
