"""Against requests that are recorded and sent again: how old a signed time may be, and the keys of requests without."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.values import Json, number

FIVE_MINUTES = timedelta(minutes=5)
REMEMBERED = timedelta(days=2)
"""How long the keys of requests are remembered. Senders that try again for hours or a day, with the time of the event,
need both: a time within this, and a key."""

_FIRST_IN_MILLISECONDS = 100_000_000_000  # as seconds it would be the year 5138


def is_fresh(request: Request, signed_at: Json, within: timedelta = FIVE_MINUTES) -> bool:
    """Whether a time that the sender signed is no further than `within` from the receipt, before or after: seconds or
    milliseconds since the epoch, or ISO 8601. False for what is no time."""
    moment = _moment(signed_at)
    return moment is not None and abs(request.received_at - moment) <= within


def replay_digest(signed: str | bytes) -> str:
    """What a request is remembered by: a digest of what makes it the only one of its kind, such as the vendor's id of
    the event, or the whole body where that is signed and names an event or its time."""
    return hashlib.sha256(signed.encode("utf-8", "replace") if isinstance(signed, str) else signed).hexdigest()


def _moment(value: Json) -> datetime | None:
    seconds = number(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds / (1000 if seconds >= _FIRST_IN_MILLISECONDS else 1), UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
