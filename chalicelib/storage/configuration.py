"""What a team configures, by account: one item per object under (account id, prefix id), listed consistently.

Two kinds of items lie beside them, found without knowing the account: an integration's endpoint (a copy that ingress
reads by the id in the URL) and an API token (by its hash). Each is written in one transaction with its object.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib import ids
from chalicelib.storage import dynamo

TABLE = "CONFIGURATION_TABLE"
COUNTERS = "COUNTERS_TABLE"
CACHE_SECONDS = 10.0

Object = dict[str, Any]
_CACHE_MOST = 2000
_cache: dict[tuple[str, str], tuple[float, Object | None]] = {}


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


def list_all(account_id: str, prefix: str) -> list[Object]:
    """Every object of a model in the account, oldest first."""
    items = dynamo.query(TABLE, ("pk", account_id), prefix=("sk", prefix + "_"))
    return sorted((_object(item) for item in items), key=lambda found: found["id"])


def next_tiny_id(account_id: str, prefix: str) -> int:
    """The next number of the account's counter of a model: 1, 2, 3 and so on."""
    counted = dynamo.write(dynamo.update(COUNTERS, f"tiny#{account_id}#{prefix}", None, add={"value": 1}))
    return int((counted or {})["value"])


def create(found: Object, claim: Iterable[str] = ()) -> None:
    """Store a new object and claim names that must be its own in the account, such as ``email:a@example.com``.
    Raises dynamo.Clash when one is taken."""
    operations = [_put(found, "attribute_not_exists(pk)"), *_shadow(found), *_claims(found, claim)]
    dynamo.transact(operations)
    forget(found)


def replace(found: Object, version: int, claim: Iterable[str] = (), release: Iterable[str] = ()) -> None:
    """Store a changed object over its version `version`; claim and release unique names. Raises dynamo.Clash."""
    operations = [
        _put(found, "version = :version", {":version": version}),
        *_shadow(found),
        *_claims(found, claim),
        *(dynamo.delete(TABLE, found["account_id"], f"unique#{name}") for name in release),
    ]
    dynamo.transact(operations)
    forget(found)


def remove(found: Object, release: Iterable[str] = ()) -> None:
    """Delete an object, its endpoint, and its claims."""
    operations = [dynamo.delete(TABLE, found["account_id"], found["prefix_id"])]
    if found["prefix_id"].startswith(ids.INTEGRATION):
        operations.append(dynamo.delete(TABLE, found["prefix_id"], "endpoint"))
    operations += [dynamo.delete(TABLE, found["account_id"], f"unique#{name}") for name in release]
    dynamo.transact(operations)
    forget(found)


def cached(account_id: str, key: str) -> Object | None:
    """Like `read`, but up to ten seconds old: for the way of a webhook."""
    return _remember((account_id, key), lambda: read(account_id, key))


def endpoint(key: str) -> Object | None:
    """The integration behind the id in a webhook's URL, whatever its account; up to ten seconds old."""
    return _remember((key, "endpoint"), lambda: _endpoint(key))


def _endpoint(key: str) -> Object | None:
    item = dynamo.get(TABLE, key, "endpoint", consistent=False)
    return _object(item) if item else None


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def put_token(token: str, found: Object) -> None:
    """Store an API token's object under the account and, by hash, for look-up. The token itself is not stored."""
    digest = token_hash(token)
    shadow = {"pk": f"token#{digest}", "sk": "token", "digest": digest, "data": found}
    dynamo.transact([_put(found, None), dynamo.put(TABLE, shadow)])


def token(given: str) -> Object | None:
    """The API token's object for a token, or None."""
    digest = token_hash(given)
    found = _remember((f"token#{digest}", "token"), lambda: dynamo.get(TABLE, f"token#{digest}", "token"))
    if found is None or not hmac.compare_digest(digest, found["digest"]):
        return None
    held: Object = found["data"]
    return held


def forget(found: Object | None = None) -> None:
    """Drop an object (or everything) from this process's cache."""
    if found is None:
        _cache.clear()
        return
    for place in ((found["account_id"], found["prefix_id"]), (found["prefix_id"], "endpoint")):
        _cache.pop(place, None)


def _remember(place: tuple[str, str], load: Any) -> Object | None:
    now = time.monotonic()
    kept = _cache.get(place)
    if kept and kept[0] > now:
        return kept[1]
    if len(_cache) >= _CACHE_MOST:
        _cache.clear()
    found: Object | None = load()
    if found is not None:  # a new object must be seen at once
        _cache[place] = (now + CACHE_SECONDS, found)
    return found


def _object(item: dynamo.Item) -> Object:
    return {**item["data"], "version": item.get("version", 1)}


def _put(found: Object, condition: str | None, values: Mapping[str, Any] | None = None) -> dynamo.Item:
    item = {
        "pk": found["account_id"],
        "sk": found["prefix_id"],
        "version": found.get("version", 1),
        "data": {name: value for name, value in found.items() if name != "version"},
    }
    return dynamo.put(TABLE, item, condition, values)


def _shadow(found: Object) -> list[dynamo.Item]:
    if not found["prefix_id"].startswith(ids.INTEGRATION):
        return []
    item = {"pk": found["prefix_id"], "sk": "endpoint", "version": found.get("version", 1), "data": found}
    return [dynamo.put(TABLE, item)]


def _claims(found: Object, names: Iterable[str]) -> list[dynamo.Item]:
    return [
        dynamo.put(
            TABLE,
            {"pk": found["account_id"], "sk": f"unique#{name}", "owner": found["prefix_id"]},
            "attribute_not_exists(pk) OR #owner = :owner",
            {":owner": found["prefix_id"]},
        )
        for name in names
    ]
