"""What the things of an account are called that alerts come from or go to, for whoever searches by a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from chalicelib import ids
from chalicelib.storage import configuration
from chalicelib.storage.cache import Cache

_PREFIXES = (ids.INTEGRATION, ids.TEAM, ids.ROUTER, ids.ACCOUNT_USER)


class Named(NamedTuple):
    """A configured thing: its ULID, the prefix of its ids, and its name without upper case."""

    id: str
    prefix: str
    name: str


_cache: Cache[str, tuple[Mapping[str, int], list[Named]]] = Cache(configuration.CACHE_SECONDS, 4 * 1024 * 1024)


def named(account_id: str) -> list[Named]:
    """Everything in the account that alerts come from or go to. What is new or gone is seen at once, by the account's
    tally; another name for the same thing within ten seconds."""
    numbers = configuration.tally(account_id).numbers
    known = _cache.get(account_id)
    if known and known[0] == numbers:
        return known[1]
    found = [thing for prefix in _PREFIXES for thing in _read(account_id, prefix)]
    _cache.put(account_id, (numbers, found), sum(200 + len(thing.name) for thing in found))
    return found


def _read(account_id: str, prefix: str) -> Iterator[Named]:
    for found in configuration.rows(account_id, prefix):
        name = found["user"]["name"] if prefix == ids.ACCOUNT_USER else found["name"]
        yield Named(found["id"], prefix, str(name).casefold())
