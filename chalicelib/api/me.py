"""The caller: `/api/v4/me`, who the token stands for. An extension of the v4 API."""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.accounts.objects import Object
from chalicelib.api import crud
from chalicelib.api.account_users import ACCOUNT_USERS
from chalicelib.api.api_tokens import API_TOKENS
from chalicelib.api.http import Call, route, section
from chalicelib.api.shapes import FLAG, TEXT, ULID, array, fixed, record, ref
from chalicelib.errors import NotFound
from chalicelib.storage import configuration

_NAMED = {"id": ULID, "prefix_id": ref("PrefixId"), "name": TEXT}
_ME = fixed(
    "Me",
    record(
        {
            "account_user": ref("AccountUser"),
            "account": record(_NAMED),
            "roles": ref("Roles"),
            "teams": array(record({**_NAMED, "admin": FLAG})),
            "api_token": ref("ApiToken"),
        },
        description="The account user whose token was sent, and the token.",
    ),
    ACCOUNT_USERS.shape,
    API_TOKENS.shape,
)

section("me", "The caller.")


@route("/me", "GET", answers=_ME)
def retrieve(call: Call) -> Any:
    """Who the token stands for: the account user, the account, the roles, the teams, and the token itself."""
    user = call.caller.user
    account = configuration.cached(call.account_id, ids.prefix_id(ids.ACCOUNT, call.account_id))
    if account is None:
        raise NotFound("account not found")
    teams = configuration.rows(call.account_id, ids.TEAM)
    return {
        "account_user": crud.present(ACCOUNT_USERS, dict(user), call),
        "account": _named(account),
        "roles": user["roles"],
        "teams": [
            {**_named(team), "admin": user["id"] in team["admin_account_user_ids"]}
            for team in teams
            if user["id"] in (*team["member_account_user_ids"], *team["admin_account_user_ids"])
        ],
        "api_token": crud.present(API_TOKENS, dict(call.caller.token), call),
    }


def _named(found: Object) -> dict[str, Any]:
    return {name: found[name] for name in ("id", "prefix_id", "name")}
