"""Make an account with its first admin and an API token: what a fresh deployment needs, and no API call can do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.accounts.validation import validate
from chalicelib.storage import configuration
from chalicelib.times import iso


@dataclass(frozen=True)
class NewAccount:
    """What was made. The token is shown this once: only its hash is stored."""

    account: dict[str, Any]
    user: dict[str, Any]
    token: str


def create_account(name: str, user_name: str, email: str, now: datetime, token: str | None = None) -> NewAccount:
    """Store an account, an admin, and a token of theirs. Raises Invalid naming the field at fault."""
    fields = validate("AccountUser", {"roles": {"admin": True}, "user": _person(user_name, email, now)})
    account_id = ids.new(now)
    account = {**_common(ids.ACCOUNT, account_id, account_id, now), "name": name}
    user = {**_common(ids.ACCOUNT_USER, ids.new(now), account_id, now), **fields}
    user["user"] = {**user["user"], "id": ids.new(now)}
    configuration.create(account)
    configuration.next_tiny_id(account_id, ids.ACCOUNT_USER)
    configuration.create(user, [f"email:{email.strip().lower()}"])
    return NewAccount(account, user, create_token(user, "First token", now, token))


def create_token(user: dict[str, Any], name: str, now: datetime, token: str | None = None) -> str:
    """A new API token of an account user, 32 hex characters unless given."""
    token = token or secrets.token_hex(16)
    held = _common(ids.API_TOKEN, ids.new(now), user["account_id"], now)
    configuration.put_token(token, {**held, "name": name, "account_user": user["prefix_id"]})
    return token


def _person(name: str, email: str, now: datetime) -> dict[str, Any]:
    return {"name": name, "emails": [{"id": ids.new(now), "email": email, "primary": True}]}


def _common(prefix: str, identifier: str, account_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": identifier,
        "prefix_id": ids.prefix_id(prefix, identifier),
        "tiny_id": 1,
        "account_id": account_id,
        "created_at": iso(now),
        "updated_at": iso(now),
        "meta": {},
        "version": 1,
    }
