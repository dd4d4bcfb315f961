"""What can go wrong, in words a client may read. The API turns each into `{"errors": [...], "code": N}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SignalboxError(Exception):
    """An answer other than success. `messages` name the field at fault, lower case: "title can't be blank"."""

    code = 500

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages: tuple[str, ...] = messages


class BadRequest(SignalboxError):
    """The request cannot be read: bad JSON, a bad number, an unknown operator."""

    code = 400


class Unauthorized(SignalboxError):
    code = 401


class Forbidden(SignalboxError):
    code = 403


class NotFound(SignalboxError):
    """No such object in the caller's account; another account's object looks just the same."""

    code = 404


class MethodNotAllowed(SignalboxError):
    code = 405


class Conflict(SignalboxError):
    code = 409


class Contended(SignalboxError):
    """Others changed the same thing meanwhile, again and again."""

    code = 409

    def __init__(self) -> None:
        super().__init__("the object was changed by another request; read it again and retry")


class TooLarge(SignalboxError):
    code = 413


class Invalid(SignalboxError):
    """The request can be read, but its values may not be."""

    code = 422


class Unavailable(SignalboxError):
    """Something that we need did not answer; the sender should try again."""

    code = 503


class Throttled(Unavailable):
    """The database has no capacity for this now."""

    def __init__(self) -> None:
        super().__init__("the database is busy; try again in a moment")


def error_body(code: int, *messages: str) -> dict[str, Any]:
    """The v4 error body: ``{"errors": [{"message": ...}], "code": N}``."""
    return {"errors": [{"message": message} for message in messages], "code": code}


class Refused(OSError):
    """A URL leads to where we do not go, or its host answered with anything but what was asked for."""


def check(problems: Iterable[str]) -> None:
    """Raise one `Invalid` for all problems, or nothing when there are none."""
    messages = tuple(problems)
    if messages:
        raise Invalid(*messages)
