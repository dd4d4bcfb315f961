"""What a team configures, by account, as it is read.

An object lies under (account id, prefix id), where one GetItem finds it, and once more under (account id,
``int#<ULID>``), where lists read it in order. Two kinds of objects are found without knowing the account, too: an
integration by the id in a webhook's URL, an API token by its SHA-256. `edits` writes all places of an object in one
transaction, and with them the account's tally.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import adapters, ids
from chalicelib.accounts.objects import Object, with_defaults
from chalicelib.adapters.kit.options import declared
from chalicelib.encoding import encode
from chalicelib.storage import dynamo
from chalicelib.storage.cache import Cache

TABLE = "CONFIGURATION_TABLE"
COUNTERS = "COUNTERS_TABLE"
CACHE_SECONDS = 10.0
TALLY = "tally"

Place = tuple[str, str]  # pk, sk
_LOWEST, _HIGHEST = "0" * 26, "7" + "Z" * 25
_cache: Cache[Place, Object] = Cache(CACHE_SECONDS, 16 * 1024 * 1024)
_owners: Cache[str, Place] = Cache(3600, 256 * 1024)  # of tokens, by digest: what it holds never changes


def places(found: Object) -> list[Place]:
    """Everywhere that an object lies, the place that its version is kept at first."""
    prefix, account_id = found["prefix_id"][:3], found["account_id"]
    everywhere = [(account_id, found["prefix_id"]), (account_id, f"{prefix}#{found['id']}")]
    if prefix == ids.INTEGRATION:
        everywhere.append((found["prefix_id"], "endpoint"))
    if prefix == ids.API_TOKEN:
        everywhere.append((f"token#{found['digest']}", "token"))
    return everywhere


def read(account_id: str, key: str) -> Object | None:
    """An object of the account by its prefix id."""
    item = dynamo.get(TABLE, account_id, key)
    return _object(item) if item else None


def read_many(account_id: str, keys: Iterable[str]) -> dict[str, Object]:
    """Objects of the account by prefix id; those that are not stored are missing."""
    return {item["sk"]: _object(item) for item in _batch(account_id, keys)}


def _batch(account_id: str, keys: Iterable[str]) -> list[dynamo.Item]:
    unique = list(dict.fromkeys(keys))
    if len(unique) == 1:
        item = dynamo.get(TABLE, account_id, unique[0])
        return [item] if item else []
    return dynamo.batch_get(TABLE, [(account_id, key) for key in unique])


def rows(
    account_id: str, prefix: str, forward: bool = True, after: str = "", at_once: int | None = None
) -> Iterator[Object]:
    """The account's objects of a model by age, oldest first if `forward`, from behind the ULID `after`; read
    consistently, `at_once` of them with one call, as they are consumed."""
    low, high = (after or _LOWEST, _HIGHEST) if forward else (_LOWEST, after or _HIGHEST)
    bounds = ("sk", f"{prefix}#{low}", f"{prefix}#{high}")
    items = dynamo.query(TABLE, ("pk", account_id), range_key=bounds, forward=forward, limit=at_once)
    return (_object(item) for item in items if not after or not item["sk"].endswith(after))


@dataclass(frozen=True)
class Tally:
    """Numbers about an account that change in the transactions of what they count: how many objects of each model
    it has (by prefix), how many admins, and what `edits` counts. As they were when they were read."""

    account_id: str
    numbers: Mapping[str, int]

    def of(self, name: str) -> int:
        return self.numbers.get(name, 0)


def tally(account_id: str) -> Tally:
    item = dynamo.get(TABLE, account_id, TALLY) or {}
    return Tally(account_id, {name: value for name, value in item.items() if name not in ("pk", "sk")})


def next_tiny_id(account_id: str, prefix: str) -> int:
    """The next number of the account's counter of a model: 1, 2, 3 and so on."""
    counted = dynamo.write(dynamo.update(COUNTERS, f"tiny#{account_id}#{prefix}", None, add={"value": 1}))
    return int((counted or {})["value"])


def cached(account_id: str, key: str) -> Object | None:
    """Like `read`, but up to ten seconds old: for the way of a webhook."""
    return _remember((account_id, key), lambda: dynamo.get(TABLE, account_id, key))


def endpoint(key: str) -> Object | None:
    """The integration behind the id in a webhook's URL, whatever its account; up to ten seconds old."""
    return _remember((key, "endpoint"), lambda: dynamo.get(TABLE, key, "endpoint", consistent=False))


def token_digest(secret: str) -> str:
    """What of an API token's secret is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def bearer(secret: str) -> tuple[Object, Object | None] | None:
    """The API token of a secret, and its account user unless removed. Both are read as they are now: what is revoked
    or demoted is so at once, in every process."""
    digest = token_digest(secret)
    place, owner = (f"token#{digest}", "token"), _owners.get(digest)
    items = {(item["pk"], item["sk"]): item for item in dynamo.batch_get(TABLE, [place, *([owner] if owner else [])])}
    token = _object(items[place]) if place in items else None
    if token is None or not hmac.compare_digest(digest, token["digest"]):
        return None
    if owner is None:
        owner = (token["account_id"], ids.prefix_id(ids.ACCOUNT_USER, token["account_user_id"]))
        _owners.put(digest, owner, 256)
        return token, read(*owner)
    return token, _object(items[owner]) if owner in items else None


def forget(found: Object | None = None) -> None:
    """Drop an object (or everything) from this process's cache."""
    if found is None:
        _cache.clear()
        _owners.clear()
        return
    for place in places(found):
        _cache.drop(place)


def _remember(place: Place, load: Callable[[], dynamo.Item | None]) -> Object | None:
    known = _cache.get(place)
    if known is not None:
        return known
    item = load()
    if item is None:  # and not remembered: a new object must be seen at once
        return None
    found = _object(item)
    _cache.put(place, found, len(encode(item["data"])))
    return found


def _object(item: dynamo.Item) -> Object:
    """An object as this release knows it: what an older one did not store yet has its default."""
    stored = item["data"]
    found = with_defaults(stored["prefix_id"][:3], stored)
    if "integration_type" in found:
        found["options"] = _options(found["integration_type"], found["options"])
    return {**found, "version": item.get("version", 1)}


def _options(slug: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The options that the integration type declares now, those that were not stored at their defaults; of a type
    that is not installed, what is stored."""
    if adapters.slug_of(slug) is None:
        return dict(stored)
    options = {option.name: option.default for option in declared(adapters.load(slug))}
    return options | {name: value for name, value in stored.items() if name in options and value is not None}
