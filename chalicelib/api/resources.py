"""Create, retrieve, update, delete and list, once for every configuration resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from chalice import Blueprint

from chalicelib import ids
from chalicelib.accounts.validation import names_of, validate
from chalicelib.api import listing
from chalicelib.api.http import Call, key_of, route
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound, check
from chalicelib.storage import configuration, dynamo
from chalicelib.times import iso

Object = dict[str, Any]
_LARGEST = 350 * 1024  # an item of DynamoDB holds 400 KiB


def _same(params: Mapping[str, Any], stored: Mapping[str, Any]) -> Mapping[str, Any]:
    return params


def _shown(found: Object, call: Call) -> Object:
    return found


def _nothing(*_: Any) -> Any:
    return ()


@dataclass(frozen=True)
class Kind:
    """A resource: where it is, what may be written, what it refers to. The functions are its peculiarities.

    `model` names a class of accounts/models.py. `references` maps fields to the prefix of what they point at. `read`
    turns parameters into fields of the model; `complete` adds fields that no client writes; `show` makes the API's
    form; `check` raises what validation cannot see; `claims` are names unique in the account.
    """

    name: str
    path: str
    prefix: str
    model: str
    references: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]] = _same
    complete: Callable[[Call, Object, Object | None], Object] = lambda call, found, stored: found
    show: Callable[[Object, Call], Object] = _shown
    check: Callable[[Call, Object], None] = _nothing
    claims: Callable[[Object], Iterable[str]] = _nothing
    searched: Callable[[Mapping[str, Any]], Iterable[str]] = lambda row: [str(row.get("name") or "")]
    may_write: Callable[[Call, Object], bool] = lambda call, found: False
    written: Callable[[Call, Object], None] = _nothing
    before_delete: Callable[[Call, Object], None] = _nothing


def mount(blueprint: Blueprint, kind: Kind) -> None:
    """Register the resource's five routes."""
    path = f"/{kind.path}"

    @route(blueprint, path, "GET")
    def list_(call: Call) -> Any:
        query = listing.parse(call.query)
        rows = [present(kind, found, call) for found in configuration.list_all(call.account_id, kind.prefix)]
        return listing.page(query, rows, kind.searched)

    @route(blueprint, path, "POST", admin=True)
    def create_(call: Call) -> Any:
        return present(kind, create(kind, call), call), 201

    @route(blueprint, path + "/{id}", "GET")
    def retrieve_(call: Call, id: str) -> Any:
        return present(kind, find(kind, call, id), call)

    @route(blueprint, path + "/{id}", "PUT", "PATCH")
    def update_(call: Call, id: str) -> Any:
        return present(kind, update(kind, call, id), call)

    @route(blueprint, path + "/{id}", "DELETE")
    def delete_(call: Call, id: str) -> Any:
        delete(kind, call, id)
        return None, 204

    article = "an" if kind.name[0] in "aeiou" else "a"
    list_.__doc__ = f"A page of the account's {kind.name}s."
    create_.__doc__ = f"Create {article} {kind.name}."
    retrieve_.__doc__ = f"Retrieve {article} {kind.name}."
    update_.__doc__ = f"Change the fields of {article} {kind.name} that are given."
    delete_.__doc__ = f"Delete {article} {kind.name} that nothing refers to."


def present(kind: Kind, found: Object, call: Call) -> Object:
    shown = kind.show(found, call)
    return {name: value for name, value in shown.items() if name != "version"}


def find(kind: Kind, call: Call, identifier: str) -> Object:
    """An object of the caller's account by either form of its id. Raises NotFound."""
    found = configuration.read(call.account_id, key_of(kind.prefix, identifier, kind.name))
    if found is None:
        raise NotFound(f"{kind.name} not found")
    return found


def create(kind: Kind, call: Call) -> Object:
    """Validate and store a new object. Raises Invalid naming every fault; then nothing is stored."""
    fields = _fields(kind, call, {})
    found = kind.complete(call, _stamped(kind, call.account_id, fields, call.now), None)
    _check(kind, call, found)
    found["tiny_id"] = configuration.next_tiny_id(call.account_id, kind.prefix)
    _unless_taken(kind, True, lambda: configuration.create(found, kind.claims(found)))
    kind.written(call, found)
    return found


def _check(kind: Kind, call: Call, found: Object) -> None:
    kind.check(call, found)
    if len(orjson.dumps(found)) > _LARGEST:
        raise Invalid(f"{kind.name} is too large: all its fields together may take {_LARGEST // 1024} KiB")


def _stamped(kind: Kind, account_id: str, fields: Mapping[str, Any], now: datetime) -> Object:
    identifier = ids.new(now)
    return {
        "id": identifier,
        "prefix_id": ids.prefix_id(kind.prefix, identifier),
        "tiny_id": 0,
        "account_id": account_id,
        "created_at": iso(now),
        "updated_at": iso(now),
        **fields,
        "version": 1,
    }


def update(kind: Kind, call: Call, identifier: str) -> Object:
    """Change the parameters that are present. Another writer in between makes it start over."""

    def step() -> Object:
        stored = find(kind, call, identifier)
        _require_write(kind, call, stored)
        fields = _fields(kind, call, stored)
        changed = {**stored, **fields, "updated_at": iso(call.now), "version": stored["version"] + 1}
        found = kind.complete(call, changed, stored)
        _check(kind, call, found)
        before, after = set(kind.claims(stored)), set(kind.claims(found))
        claim, release = after - before, before - after
        _unless_taken(kind, bool(claim), lambda: configuration.replace(found, stored["version"], claim, release))
        kind.written(call, found)
        return found

    return dynamo.until_settled(step)


def _require_write(kind: Kind, call: Call, found: Object) -> None:
    if not (call.caller.is_admin or kind.may_write(call, found)):
        raise Forbidden(f"only an admin of the account may change this {kind.name}")


def _unless_taken(kind: Kind, claims: bool, store: Callable[[], None]) -> None:
    """Store an object; a Clash that is not about the object itself is about a name that it claims."""
    try:
        store()
    except dynamo.Clash as clash:
        if not claims or 0 in clash.failed or clash.conflict:
            raise
        raise Conflict(f"another {kind.name} of the account has the same e-mail address") from clash


def _fields(kind: Kind, call: Call, stored: Mapping[str, Any]) -> Object:
    """The resource's own fields, as stored and with the call's parameters over them, validated and resolved."""
    given = kind.read(call.params, stored)
    names = names_of(kind.model)
    own = {name: stored[name] for name in names if name in stored}
    known = {name: given[name] for name in names if name in given}
    fields = validate(kind.model, {**own, **known}, kind.renamed)
    return {**fields, **resolve(call.account_id, fields, {n: p for n, p in kind.references.items() if n in known})}


def resolve(account_id: str, fields: Mapping[str, Any], references: Mapping[str, str]) -> Object:
    """The reference fields with every id as a ULID. Raises Invalid naming the fields whose ids do not exist in the
    account."""
    keys: dict[tuple[str, str], str | None] = {}
    for name, prefix in references.items():
        for identifier in _ids_of(fields.get(name)):
            keys[name, identifier] = ids.key_of(prefix, identifier) if isinstance(identifier, str) else None
    found = configuration.read_many(account_id, [key for key in keys.values() if key]) if keys else {}
    missing = [
        f"{name} has no match for {identifier[:40]}" for (name, identifier), key in keys.items() if key not in found
    ]
    check(missing)
    resolved: Object = {}
    for name in references:
        value = fields.get(name)
        ulids = [found[keys[name, identifier] or ""]["id"] for identifier in _ids_of(value)]
        resolved[name] = list(dict.fromkeys(ulids)) if isinstance(value, list) else (ulids[0] if ulids else None)
    return resolved


def _ids_of(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def delete(kind: Kind, call: Call, identifier: str) -> None:
    """Delete an object that nothing depends on. Raises Conflict naming what does."""
    found = find(kind, call, identifier)
    _require_write(kind, call, found)
    kind.before_delete(call, found)
    users = dependents(call.account_id, found["id"])
    if users:
        raise Conflict(f"{kind.name} is in use by {', '.join(users[:5])}")
    configuration.remove(found, kind.claims(found))


_DEPENDING = (
    (ids.INTEGRATION, ("team_ids", "router_ids", "account_user_ids")),
    (ids.ROUTER, ("default_receiver_team_id", "default_receiver_router_id", "default_receiver_account_user_id")),
    (ids.TEAM, ("member_account_user_ids", "admin_account_user_ids")),
)


def dependents(account_id: str, identifier: str) -> list[str]:
    """Prefix ids of the integrations, routers and teams that name an object."""
    return [
        found["prefix_id"]
        for prefix, names in _DEPENDING
        for found in configuration.list_all(account_id, prefix)
        if found["id"] != identifier and any(identifier in _ids_of(found.get(name)) for name in names)
    ]
