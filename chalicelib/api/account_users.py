"""Account users: `/api/v4/account_users`, a person's membership in the account, with the person inside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chalicelib import ids
from chalicelib.accounts.casts import as_list
from chalicelib.accounts.objects import Object
from chalicelib.api.http import Call
from chalicelib.api.params import attributes_list
from chalicelib.api.references import resolve
from chalicelib.api.resource import Resource
from chalicelib.api.routes import mount
from chalicelib.api.shapes import (
    A_TEAM,
    FLAG,
    NULLABLE_TEXT,
    TEXT,
    ULID,
    Schema,
    Shape,
    array,
    as_read,
    record,
    ref,
)
from chalicelib.errors import Conflict, Invalid
from chalicelib.storage import configuration

_TEAM_NAMES = ("member_team_ids", "team_ids")
_MOST_TEAMS = 500
_A_USER = {"name": "Grace Hopper", "emails_attributes": [{"email": "grace@example.com"}]}


def _user(models: Mapping[str, Schema]) -> Schema:
    email = record({"id": ULID, "email": TEXT, "primary": FLAG})
    phone = record({"id": ULID, "phone": TEXT, "primary": FLAG, "country": NULLABLE_TEXT, "blocked": FLAG})
    own = {"id": ULID, "prefix_id": ref("PrefixId"), "last_sign_in_at": NULLABLE_TEXT}
    return record({**own, **as_read(models["UserFields"]), "emails": array(email), "phones": array(phone)})


def _user_input(models: Mapping[str, Schema]) -> Schema:
    """The person inside, in the nested notation that the API writes: `x_attributes`."""
    user = models["UserFields"]
    properties = {name: field for name, field in user["properties"].items() if name not in ("emails", "phones")}
    emails = {**array(ref("EmailAddressInput")), "minItems": 1}
    properties |= {"emails_attributes": emails, "phones_attributes": array(ref("PhoneNumberInput"))}
    return {**user, "properties": properties, "required": ["name", "emails_attributes"]}


def _entry_input(name: str) -> Shape:
    destroy = {"_destroy": {"type": "boolean", "description": "With an id: remove this entry."}}
    return Shape(
        f"{name}Input",
        lambda models: {**models[name], "properties": {**models[name]["properties"], **destroy}},
    )


_USER = Shape("User", _user)
_USER_INPUT = Shape("UserInput", _user_input, (_entry_input("EmailAddress"), _entry_input("PhoneNumber")))


class AccountUsers(Resource):
    name = "account user"
    path = "account_users"
    prefix = ids.ACCOUNT_USER
    model = "AccountUser"
    about = "The members of the account."
    unique = "e-mail address"
    at_least = {"admins": "the account needs at least one admin"}
    renamed = {
        "user.emails": "user_attributes.emails_attributes",
        "user.phones": "user_attributes.phones_attributes",
        "user": "user_attributes",
    }
    added = {"user": ref("User")}
    shapes = (_USER, _USER_INPUT)
    examples = {
        "a member": {"user_attributes": _A_USER},
        "an admin with a phone, in a team": {
            "roles": {"admin": True},
            "member_team_ids": [A_TEAM],
            "user_attributes": {**_A_USER, "phones_attributes": [{"phone": "+14155550100"}]},
        },
    }
    change = {"roles": {"broadcaster": True}}

    def read(self, params: Mapping[str, Any], stored: Mapping[str, Any]) -> Mapping[str, Any]:
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

    def complete(self, call: Call, found: Object, stored: Object | None) -> Object:
        """Give the person, addresses and numbers their ids, and each list exactly one primary entry."""
        before = stored["user"] if stored else {"id": ids.new(call.now)}
        user = {**found["user"], "id": before["id"]}
        for name in ("emails", "phones"):
            entries = [{**entry, "id": entry["id"] or ids.new(call.now)} for entry in user[name]]
            primary = next((e["id"] for e in reversed(entries) if e["primary"]), entries[0]["id"] if entries else None)
            user[name] = [{**entry, "primary": entry["id"] == primary} for entry in entries]
        return {**found, "user": user}

    def check(self, call: Call, found: Object) -> None:
        addresses = [entry["email"] for entry in found["user"]["emails"]]
        if len(set(addresses)) != len(addresses):
            raise Invalid("user_attributes.emails_attributes has an address twice")

    def show(self, found: Object, call: Call) -> Object:
        user = found["user"]
        person = {
            **user,
            "prefix_id": ids.prefix_id(ids.USER, user["id"]),
            "last_sign_in_at": None,
            "phones": [{**phone, "country": None, "blocked": False} for phone in user["phones"]],
        }
        return {**found, "user": person}

    def names(self, found: Object) -> Collection[str]:
        return [f"email:{entry['email']}" for entry in found["user"]["emails"]]

    def counts(self, found: Object) -> Mapping[str, int]:
        return {self.prefix: 1, "admins": int(found["roles"]["admin"])}

    def searched(self, row: Mapping[str, Any]) -> Iterable[str]:
        yield row["user"]["name"]
        yield from (entry["email"] for entry in row["user"]["emails"])
        yield from (entry["phone"] for entry in row["user"]["phones"])
        yield from (role for role, has in row["roles"].items() if has)

    def may_write(self, call: Call, found: Object) -> bool:
        """People change their own name, addresses and numbers, but neither their roles nor their teams."""
        return found["id"] == call.caller.user["id"] and not {"roles", *_TEAM_NAMES} & set(call.params)

    def may_delete(self, call: Call, found: Object) -> bool:
        return False

    def along(self, call: Call, found: Object) -> Iterator[tuple[Object, Object]]:
        """Make the person a member of exactly the teams that the call names, if it names any."""
        wanted = _team_ids(call)
        if wanted is None:
            return
        for team in configuration.rows(call.account_id, ids.TEAM):
            members = [member for member in team["member_account_user_ids"] if member != found["id"]]
            if not members and team["id"] not in wanted and team["member_account_user_ids"]:
                raise Conflict(f"team {team['prefix_id']} would have no members: give it another first")
            members += [found["id"]] if team["id"] in wanted else []
            if set(members) != set(team["member_account_user_ids"]):
                yield team, {**team, "member_account_user_ids": members}

    def writable(self, models: Mapping[str, Schema]) -> Schema:
        written = models[self.model]
        properties = {name: field for name, field in written["properties"].items() if name != "user"}
        teams = {"description": "The teams that the person is to be a member of; absent: no change."}
        properties |= {"user_attributes": ref("UserInput"), "member_team_ids": {**teams, **array(ref("Id"))}}
        return record(properties, ["user_attributes"], description=written["description"])


ACCOUNT_USERS = mount(AccountUsers())


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


def _team_ids(call: Call) -> list[str] | None:
    """The teams that the call makes the person a member of; None: membership stays. Also named `team_ids`."""
    name = next((name for name in _TEAM_NAMES if name in call.params), None)
    if name is None:
        return None
    given = as_list(call.params[name])
    if len(given) > _MOST_TEAMS or not all(isinstance(identifier, str) for identifier in given):
        raise Invalid(f"{name} must be a list of at most {_MOST_TEAMS} ids")
    found: list[str] = resolve(call.account_id, {name: given}, {name: ids.TEAM})[name]
    return found
