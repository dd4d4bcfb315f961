"""What whoever runs the deployment does: make an account with its first admin; make, list and revoke API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.accounts.objects import Object, new_object
from chalicelib.accounts.validation import validate
from chalicelib.alerts.log import Log
from chalicelib.errors import NotFound
from chalicelib.handling import audit
from chalicelib.storage import configuration
from chalicelib.storage.commit import settle
from chalicelib.storage.edits import Edit, commit


@dataclass(frozen=True)
class NewAccount:
    """What was made. The token is shown this once: only its hash is stored."""

    account: dict[str, Any]
    user: dict[str, Any]
    token: str


def create_account(name: str, user_name: str, email: str, now: datetime, token: str | None = None) -> NewAccount:
    """Store an account, an admin, and a token of theirs. Raises Invalid naming the field at fault."""
    fields = validate("AccountUser", {"roles": {"admin": True}, "user": _person(user_name, email, now)})
    account = new_object(ids.ACCOUNT, "", {"name": name}, now) | {"tiny_id": 1}
    account["account_id"] = account["id"]
    user = new_object(ids.ACCOUNT_USER, account["id"], fields, now)
    user["user"] = {**user["user"], "id": ids.new(now)}
    user["tiny_id"] = configuration.next_tiny_id(account["id"], ids.ACCOUNT_USER)
    secret = token or new_secret()
    address = user["user"]["emails"][0]["email"]
    edits = [
        Edit(None, account),
        Edit(None, user, ((), [f"email:{address}"]), {ids.ACCOUNT_USER: 1, "admins": 1}),
        _token_edit(user, "First token", secret, now),
    ]
    commit(configuration.tally(account["id"]), edits, [_entry(edit, now) for edit in edits])
    return NewAccount(account, user, secret)


def new_secret() -> str:
    """A new API token's secret: 128 random bits in hex."""
    return secrets.token_hex(16)


def create_token(
    user: Mapping[str, Any], name: str, now: datetime, token: str | None = None, expires_at: str | None = None
) -> str:
    """A new API token of an account user, 32 hex characters unless given; shown this once. Raises Invalid, or
    NotFound when the user is gone."""
    secret = token or new_secret()
    edit = _token_edit(user, name, secret, now, expires_at)

    def step() -> None:
        tally = configuration.tally(user["account_id"])
        if configuration.read(user["account_id"], user["prefix_id"]) is None:
            raise NotFound(f"account user {user['prefix_id']} was removed")
        commit(tally, [edit], [_entry(edit, now)])

    settle(step)
    return secret


def list_tokens(account_id: str) -> list[Object]:
    """The API tokens of an account, oldest first."""
    return list(configuration.rows(account_id, ids.API_TOKEN))


def revoke_token(account_id: str, identifier: str, now: datetime) -> Object:
    """Revoke an API token by either form of its id: from now on it works nowhere. Raises NotFound."""

    def step() -> Object:
        tally = configuration.tally(account_id)
        key = ids.key_of(ids.API_TOKEN, identifier)
        found = configuration.read(account_id, key) if key else None
        if found is None:
            raise NotFound(f"account {account_id} has no API token {identifier}")
        edit = Edit(found, None, counts={ids.API_TOKEN: -1})
        commit(tally, [edit], [_entry(edit, now)])
        return found

    return settle(step)


def _token_edit(user: Mapping[str, Any], name: str, secret: str, now: datetime, expires_at: str | None = None) -> Edit:
    given = {"name": name, "account_user_id": user["id"], "expires_at": expires_at}
    fields = validate("ApiToken", given)
    found = new_object(ids.API_TOKEN, user["account_id"], fields, now)
    found |= {"digest": configuration.token_digest(secret), "last_used_at": None}
    found["tiny_id"] = configuration.next_tiny_id(user["account_id"], ids.API_TOKEN)
    return Edit(None, found, counts={ids.API_TOKEN: 1}, refers=True)


def _entry(edit: Edit, now: datetime) -> Log:
    found = edit.after or edit.before or {}
    owner_type = {ids.ACCOUNT: "Account", ids.ACCOUNT_USER: "AccountUser", ids.API_TOKEN: "ApiToken"}
    return audit.entry(audit.OPERATOR, owner_type[found["prefix_id"][:3]], edit.before, edit.after, dict, now)


def _person(name: str, email: str, now: datetime) -> dict[str, Any]:
    return {"name": name, "emails": [{"id": ids.new(now), "email": email, "primary": True}]}
