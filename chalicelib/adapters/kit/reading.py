"""A request as adapters read it: placeholders that nobody filled in are missing, and what was looked up is remembered,
so that a note can say which value was not understood."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from chalicelib.adapters.kit.documents import walk
from chalicelib.adapters.kit.placeholders import without_placeholders
from chalicelib.adapters.kit.request import Request

Json = Any


@dataclass(frozen=True)
class Reading(Request):
    """What `action`, `thirdparty_id` and `alert` are given. `looked_up` holds the values of `get` by path, the first
    first; None where there is none."""

    original: Request = field(default_factory=Request)
    looked_up: dict[str, Json] = field(default_factory=dict)

    def get(self, path: str, default: Json = None) -> Json:
        value = walk(self.params, path, _MISSING)
        self.looked_up.setdefault(path, None if value is _MISSING else value)
        return default if value is _MISSING else value

    @cached_property
    def json(self) -> Json:
        return _cleaned(self.original.json)

    @cached_property
    def params(self) -> dict[str, Json]:
        return dict(_cleaned(self.original.params))


_MISSING = object()


def _cleaned(value: Json) -> Json:
    try:
        return without_placeholders(value)
    except RecursionError:  # as it is: nobody makes out placeholders that deep
        return value


def read(request: Request) -> Reading:
    """The reading of a request that was received."""
    if isinstance(request, Reading):
        return request
    return Reading(**{one.name: getattr(request, one.name) for one in fields(Request)}, original=request)


def as_received(request: Request) -> Request:
    """The request behind a reading, or the request itself."""
    return request.original if isinstance(request, Reading) else request


def noted(request: Request, name: str, value: Json) -> Json:
    """The value, remembered as `get` remembers its own: for what `action` finds by other means."""
    if isinstance(request, Reading):
        request.looked_up.setdefault(name, value)
    return value


def as_sent(request: Request, path: str) -> Json:
    """The value at a path with placeholders as they were sent: a vendor's test of a template sends nothing else."""
    return walk(as_received(request).params, path)
