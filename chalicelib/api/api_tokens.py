"""API tokens: `/api/v4/api_tokens`, by which programs act as an account user. An extension of the v4 API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib import ids
from chalicelib.accounts.objects import Object
from chalicelib.api import crud
from chalicelib.api.http import Call, route
from chalicelib.api.resource import Resource
from chalicelib.api.routes import mount
from chalicelib.api.shapes import A_PERSON, TIME, ULID, Schema, Shape, nullable, record
from chalicelib.errors import Forbidden, Invalid
from chalicelib.handling.accounts import new_secret
from chalicelib.storage.configuration import token_digest
from chalicelib.times import read_time

_USED = "The last use, noted at most once an hour."


class ApiTokens(Resource):
    name = "API token"
    path = "api_tokens"
    prefix = ids.API_TOKEN
    model = "ApiToken"
    about = "Secrets by which programs act as an account user: one's own, or anyone's for an admin."
    verbs = ("list", "retrieve", "delete")
    references = {"account_user_id": ids.ACCOUNT_USER}
    belongs_to = "account_user_id"
    is_private = True
    added = {
        "account_user_id": ULID,
        "expires_at": nullable(TIME),
        "last_used_at": {**nullable(TIME), "description": _USED},
    }
    examples = {
        "one's own": {"name": "Terraform", "expires_at": "2099-01-31T00:00:00Z"},
        "of another, by an admin": {"name": "Status page", "account_user_id": A_PERSON},
    }

    def read(self, params: Mapping[str, Any], stored: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**params, "expires_at": params.get("expires_at") or None}

    def complete(self, call: Call, found: Object, stored: Object | None) -> Object:
        return {**found, "account_user_id": found["account_user_id"] or call.caller.user["id"], "last_used_at": None}

    def check(self, call: Call, found: Object) -> None:
        if not self.may_read(call, found):
            raise Forbidden("only an admin of the account may make API tokens of others")
        expiry = read_time(found["expires_at"] or "")
        if expiry and expiry <= call.now:
            raise Invalid("expires_at must be in the future")

    def show(self, found: Object, call: Call) -> Object:
        return {name: value for name, value in found.items() if name != "digest"}

    def searched(self, row: Mapping[str, Any]) -> Iterable[str]:
        return [row["name"]]

    def may_read(self, call: Call, found: Object) -> bool:
        return call.caller.is_admin or found["account_user_id"] == call.caller.user["id"]

    def may_delete(self, call: Call, found: Object) -> bool:
        return self.may_read(call, found)

    def new(self, models: Mapping[str, Schema]) -> Schema:
        """The answer to a create: the only one with the secret."""
        secret = {"type": "string", "description": "The secret: shown this once, only its hash is stored."}
        shown = self.described(models)
        return record({**shown["properties"], "token": secret}, description=shown["description"])


API_TOKENS = mount(ApiTokens())


@route(
    "/api_tokens",
    "POST",
    takes=API_TOKENS.input,
    answers=Shape("NewApiToken", API_TOKENS.new),
    status=201,
    examples=API_TOKENS.examples,
)
def create_(call: Call) -> Any:
    """Make an API token. The answer is the only place that its secret is shown at."""
    secret = new_secret()
    made = crud.create(API_TOKENS, call, {"digest": token_digest(secret)})
    return {**crud.present(API_TOKENS, made, call), "token": secret}
