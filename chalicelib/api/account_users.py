"""Account users: `/api/v4/account_users`, a person's membership in the account, with the person inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib import ids
from chalicelib.accounts.casts import as_list
from chalicelib.api.http import Call
from chalicelib.api.params import attributes_list
from chalicelib.api.resources import Kind, Object, mount, resolve
from chalicelib.errors import Conflict, Invalid
from chalicelib.storage import configuration, dynamo

account_users = Blueprint(__name__)

_TEAM_NAMES = ("member_team_ids", "team_ids")


def _read(params: Mapping[str, Any], stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters in Rails' nested notation as fields of the model."""
    given: dict[str, Any] = {name: params[name] for name in ("meta", "notification_rule_id") if name in params}
    if "roles" in params:
        if not isinstance(params["roles"], dict):
            raise Invalid("roles must be an object such as {admin: true}")
        given["roles"] = {**stored.get("roles", {}), **params["roles"]}
    attributes = params.get("user_attributes")
    if attributes is not None and not isinstance(attributes, dict):
        raise Invalid("user_attributes must be an object")
    given["user"] = _read_user(attributes or {}, stored.get("user", {}))
    return given


def _read_user(attributes: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    user = {**stored, **{name: value for name, value in attributes.items() if not name.endswith("_attributes")}}
    for name in ("emails", "phones"):
        written = attributes_list(attributes.get(f"{name}_attributes"), f"user_attributes.{name}_attributes")
        user[name] = _merge(stored.get(name, []), written, f"user_attributes.{name}_attributes")
    return user


def _merge(
    stored: Iterable[Mapping[str, Any]], written: Iterable[Mapping[str, Any]], path: str
) -> list[dict[str, Any]]:
    """Nested writes: no id makes, an id changes, an id with `_destroy` removes. Raises Invalid for an unknown id."""
    merged = {str(item["id"]): dict(item) for item in stored}
    for position, item in enumerate(written):
        identifier = str(item.get("id") or f"new {position}")
        if item.get("id") and identifier not in merged:
            raise Invalid(f"{path}.{position}.id has no match for {identifier[:40]}")
        if str(item.get("_destroy", "")).lower() in ("true", "1", "t"):
            merged.pop(identifier, None)
        else:
            merged[identifier] = {**merged.get(identifier, {}), **item, "id": item.get("id")}
    return list(merged.values())


def _complete(call: Call, found: Object, stored: Object | None) -> Object:
    """Give the person, addresses and numbers their ids, and each list exactly one primary entry."""
    before = stored["user"] if stored else {"id": ids.new(call.now)}
    user = {**found["user"], "id": before["id"]}
    for name in ("emails", "phones"):
        entries = [{**entry, "id": entry["id"] or ids.new(call.now)} for entry in user[name]]
        primary = next((e["id"] for e in reversed(entries) if e["primary"]), entries[0]["id"] if entries else None)
        user[name] = [{**entry, "primary": entry["id"] == primary} for entry in entries]
    return {**found, "user": user}


def _check(call: Call, found: Object) -> None:
    addresses = [entry["email"] for entry in found["user"]["emails"]]
    if len(set(addresses)) != len(addresses):
        raise Invalid("user_attributes.emails_attributes has an address twice")
    if not found["roles"]["admin"]:
        _keep_an_admin(call, found)
    _team_ids(call)


def _keep_an_admin(call: Call, found: Object) -> None:
    others = configuration.list_all(call.account_id, ids.ACCOUNT_USER)
    if not any(user["roles"]["admin"] for user in others if user["id"] != found["id"]):
        raise Conflict("the account needs at least one admin")


def _team_ids(call: Call) -> list[str] | None:
    """The teams that the call makes the person a member of; None: membership stays. Also named `team_ids`."""
    name = next((name for name in _TEAM_NAMES if name in call.params), None)
    if name is None:
        return None
    given = as_list(call.params[name])
    if not all(isinstance(identifier, str) for identifier in given):
        raise Invalid(f"{name} must be a list of ids")
    found: list[str] = resolve(call.account_id, {name: given}, {name: ids.TEAM})[name]
    return found


def _join_teams(call: Call, found: Object) -> None:
    """Make the person a member of exactly the teams that were named."""
    wanted = _team_ids(call)
    if wanted is None:
        return
    for team in configuration.list_all(call.account_id, ids.TEAM):
        members = [member for member in team["member_account_user_ids"] if member != found["id"]]
        if team["id"] in wanted:
            members.append(found["id"])
        if members and set(members) != set(team["member_account_user_ids"]):
            dynamo.until_settled(partial(_set_members, team, members))


def _set_members(team: Object, members: list[str]) -> None:
    stored = configuration.read(team["account_id"], team["prefix_id"])
    if stored:
        changed = {**stored, "member_account_user_ids": members, "version": stored["version"] + 1}
        configuration.replace(changed, stored["version"])


def _show(found: Object, call: Call) -> Object:
    user = found["user"]
    person = {
        **user,
        "prefix_id": ids.prefix_id(ids.USER, user["id"]),
        "last_sign_in_at": None,
        "phones": [{**phone, "country": None, "blocked": False} for phone in user["phones"]],
    }
    return {**found, "user": person}


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    yield row["user"]["name"]
    yield from (entry["email"] for entry in row["user"]["emails"])
    yield from (entry["phone"] for entry in row["user"]["phones"])
    yield from (role for role, held in row["roles"].items() if held)


def _may_write(call: Call, found: Object) -> bool:
    """People change their own name, addresses and numbers, but neither their roles nor their teams."""
    return found["id"] == call.caller.user["id"] and not {"roles", *_TEAM_NAMES} & set(call.params)


def _before_delete(call: Call, found: Object) -> None:
    call.caller.require_admin()
    _keep_an_admin(call, found)


ACCOUNT_USER = Kind(
    name="account user",
    path="account_users",
    prefix=ids.ACCOUNT_USER,
    model="AccountUser",
    renamed={
        "user.emails": "user_attributes.emails_attributes",
        "user.phones": "user_attributes.phones_attributes",
        "user": "user_attributes",
    },
    read=_read,
    complete=_complete,
    show=_show,
    check=_check,
    claims=lambda found: [f"email:{entry['email']}" for entry in found["user"]["emails"]],
    searched=_searched,
    may_write=_may_write,
    written=_join_teams,
    before_delete=_before_delete,
)
mount(account_users, ACCOUNT_USER)
