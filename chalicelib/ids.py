"""Identifiers: ULIDs, and the short prefix ids that stand for the same object.

A ULID is 48 bits of milliseconds and 80 random bits. A prefix id is a model's prefix and those same random
bits in base 62, so either form names the object's key: ``int_`` + 14 characters of [0-9A-Za-z].
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_VALUES = {character: value for value, character in enumerate(_CROCKFORD)}
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BITS = 80
_RANDOM_MASK = (1 << _RANDOM_BITS) - 1
_PREFIX_BODY = 14
_ULID_LENGTH = 26

ACCOUNT = "acc"
ACCOUNT_USER = "usr"
ALERT = "alt"
API_TOKEN = "api"
COMMENT = "com"
INTEGRATION = "int"
INTEGRATION_TYPE = "typ"
LOG = "log"
ROUTER = "rtr"
STAKEHOLDER = "stk"
TEAM = "tem"
TIMER = "tmr"
USER = "per"


def ulid(milliseconds: int, random_bits: int) -> str:
    """Encode a time in ms since the epoch and 80 random bits as 26 characters of Crockford base 32."""
    value = (milliseconds << _RANDOM_BITS) | (random_bits & _RANDOM_MASK)
    characters = []
    for _ in range(_ULID_LENGTH):
        characters.append(_CROCKFORD[value & 31])
        value >>= 5
    return "".join(reversed(characters))


_lock = threading.Lock()
_latest = [-1]


def new(now: datetime) -> str:
    """A fresh ULID for the time `now`: never repeated, and within one process always ascending.

    When the clock stands still or goes back, the time part moves on by one millisecond: the random part is never
    counted up, since it is what makes an id unguessable.
    """
    milliseconds = int(now.timestamp() * 1000)
    with _lock:
        milliseconds = _latest[0] = max(milliseconds, _latest[0] + 1)
    return ulid(milliseconds, secrets.randbits(_RANDOM_BITS))


def is_ulid(text: str) -> bool:
    return len(text) == _ULID_LENGTH and text[0] <= "7" and all(character in _CROCKFORD_VALUES for character in text)


def milliseconds_of(identifier: str) -> int:
    """The time part of a ULID, in ms since the epoch."""
    return _decode(identifier) >> _RANDOM_BITS


def time_of(identifier: str) -> datetime:
    return datetime.fromtimestamp(milliseconds_of(identifier) / 1000, UTC)


def lowest_ulid(milliseconds: int) -> str:
    """The smallest ULID of a millisecond: a bound for ranges of ids by time."""
    return ulid(max(milliseconds, 0), 0)


def neighbour(identifier: str, step: int) -> str:
    """The ULID that comes so many steps behind another, in the order of all that there can be."""
    value = min(max(_decode(identifier) + step, 0), (1 << 128) - 1)
    return ulid(value >> _RANDOM_BITS, value)


def prefix_id(prefix: str, identifier: str) -> str:
    """The prefix id that stands for a ULID, such as ``int_4fK0c2nVbQx1Za``."""
    value = _decode(identifier) & _RANDOM_MASK
    characters = []
    for _ in range(_PREFIX_BODY):
        value, remainder = divmod(value, 62)
        characters.append(_BASE62[remainder])
    return f"{prefix}_{''.join(reversed(characters))}"


def key_of(prefix: str, identifier: str) -> str | None:
    """The prefix id behind either form of an id; None when it can be no id of this model."""
    if identifier.startswith(prefix + "_"):
        return identifier if len(identifier) <= 40 else None
    upper = identifier.upper()
    return prefix_id(prefix, upper) if is_ulid(upper) else None


def stable_ulid(name: str) -> str:
    """A constant ULID for a name: the ids of built-in things, such as integration types, never change."""
    digest = hashlib.sha256(f"signalbox:{name}".encode()).digest()
    return ulid(1_600_000_000_000, int.from_bytes(digest[:10], "big"))


def _decode(identifier: str) -> int:
    value = 0
    for character in identifier:
        value = value << 5 | _CROCKFORD_VALUES[character]
    return value
