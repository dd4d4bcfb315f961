"""Who is calling: the account user behind an API token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Contended, Forbidden, Unauthorized
from chalicelib.handling.audit import Actor
from chalicelib.storage import configuration
from chalicelib.storage.edits import Edit, commit
from chalicelib.times import iso, read_time

_USE_NOTED = timedelta(hours=1)


@dataclass(frozen=True)
class Caller:
    """The account user whose token was given, and the token."""

    account_id: str
    user: Mapping[str, Any]
    token: Mapping[str, Any]

    @property
    def is_admin(self) -> bool:
        return bool(self.user["roles"]["admin"])

    @property
    def actor(self) -> Actor:
        """The caller as logs name who changed something."""
        return Actor(self.user["user"]["name"], self.user["id"], self.token["id"], self.token["name"])

    def require_admin(self) -> None:
        if not self.is_admin:
            raise Forbidden("only an admin of the account may do this")


def authenticate(header: str | None, now: datetime) -> Caller:
    """The caller behind an Authorization header. Notes the token's use, once an hour. Raises Unauthorized."""
    scheme, _, secret = (header or "").partition(" ")
    found = configuration.bearer(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if found is None:
        raise Unauthorized("a valid API token is required: send it as 'Authorization: Bearer <token>'")
    token, user = found
    expiry = read_time(token["expires_at"] or "")
    if expiry and expiry <= now:
        raise Unauthorized(f"this API token expired at {token['expires_at']}: make another")
    if user is None:
        raise Unauthorized("the account user of this API token was removed")
    _note_use(token, now)
    return Caller(token["account_id"], user, token)


def _note_use(token: Mapping[str, Any], now: datetime) -> None:
    last = read_time(token["last_used_at"] or "")
    if last and now - last < _USE_NOTED:
        return
    used = {**token, "last_used_at": iso(now), "version": token["version"] + 1}
    try:
        commit(configuration.Tally(token["account_id"], {}), [Edit(dict(token), used)])
    except Contended:  # another call noted it, or the token was revoked just now
        return
