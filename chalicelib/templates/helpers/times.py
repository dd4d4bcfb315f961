"""Helpers of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.templates.syntax import HelperFault
from chalicelib.templates.values import number

_LATEST = 253_402_300_799 - 86_400
_ISO = "YYYY-MM-DDTHH:mm:ssZ"


def unix_timezone(seconds: Any, zone: Any, pattern: Any) -> str:
    """Seconds since the epoch in an IANA zone (UTC) as moment formats it; "" for what is no such time."""
    from chalicelib.matching.moment import format_moment  # rarely called: not worth a slower start

    found = number(seconds)
    if found is None or not 0 <= found <= _LATEST:
        return ""
    try:
        region = ZoneInfo(zone) if isinstance(zone, str) and zone else UTC
    except (ValueError, OSError, KeyError) as error:
        raise HelperFault(f"unix-timezone: there is no time zone {zone!r}") from error
    return format_moment(datetime.fromtimestamp(found, region), pattern if isinstance(pattern, str) else _ISO)
