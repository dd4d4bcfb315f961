"""Helpers of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib.matching.clock import DEFAULT_ZONE, find_zone
from chalicelib.matching.moment import format_fault, format_moment
from chalicelib.templates.syntax import HelperFault
from chalicelib.templates.values import number

_LATEST = 253_402_300_799 - 2 * 86_400
_ISO = "YYYY-MM-DDTHH:mm:ssZ"


def unix_timezone(seconds: Any, zone: Any, pattern: Any) -> str:
    """Seconds since the epoch in an IANA zone (UTC) as moment formats it; "" for what is no such time."""
    found = number(seconds)
    form = pattern if isinstance(pattern, str) else _ISO
    try:
        region = find_zone(DEFAULT_ZONE if zone is None else zone)
    except ValueError as error:
        raise HelperFault(f"unix-timezone: {error}") from error
    if fault := format_fault(form):
        raise HelperFault(f"unix-timezone: {fault}")
    if found is None or not 0 <= found <= _LATEST:
        return ""
    return format_moment(datetime.fromtimestamp(found, UTC).astimezone(region), form)
