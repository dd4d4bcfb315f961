"""Logs: `/api/v4/logs`, what arrived and what was done with it; and replay of a stored request."""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.api import listing, log_lists
from chalicelib.api.http import Call, key_of, route, section
from chalicelib.api.log_lists import cut, present
from chalicelib.api.shapes import (
    COMMON,
    COUNT,
    FREE,
    NULLABLE_TEXT,
    TEXT,
    TIME,
    ULID,
    Schema,
    array,
    fixed,
    page_of,
    record,
    ref,
)
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.intake.envelope import Envelope
from chalicelib.storage import configuration, messages
from chalicelib.storage import logs as stored
from chalicelib.storage.logs import StoredLog
from chalicelib.storage.messages import Message


def _shape() -> Schema:
    message = {"description": "Text, or the request that arrived.", "type": ["string", "object"]}
    sublog = record({"message": TEXT, "level": TEXT, "time": TIME})
    return record(
        {
            **COMMON,
            "tiny_id": {"type": "null"},
            "meta": FREE,
            "owner_type": {"type": "string", "examples": ["Integration", "Alert", "Team"]},
            "owner_id": ULID,
            "level": {"type": "string", "enum": ["info", "warn", "error"]},
            "action": {**NULLABLE_TEXT, "description": "What a request was taken for; of `other` nothing was made."},
            "format": {"type": "string", "enum": ["text", "json"]},
            "details": record(
                {"message": message, "sublogs": array(sublog), "change": _change()}, ["message", "sublogs"]
            ),
            "state": TEXT,
        },
        description="What arrived, or what happened to an object.",
    )


def _change() -> Schema:
    texts = dict.fromkeys(("account_user_id", "api_token_id", "api_token_name"), NULLABLE_TEXT)
    action = {"type": "string", "enum": ["created", "updated", "deleted"]}
    fields = {"action": action, "name": TEXT, **texts, "fields": array(TEXT), "before": FREE, "after": FREE}
    about = "Who changed the configuration, and how; secrets are masked, long values cut."
    return record({**fields, "more_fields": COUNT}, list(fields), description=about)


_LOG = fixed("Log", _shape())
_REPLAY = fixed("Replay", record({"log_id": ULID, "prefix_id": ref("PrefixId"), "replay_of": ULID}))

section("logs", "What arrived, and what was done with it.")


@route("/logs", "GET", answers=page_of(_LOG))
def list_(call: Call) -> Any:
    """Logs, newest first. Of a long log lists show a part: retrieve it to see all.

    `owner_id` narrows them to an object's, `level` to `warn` and `error`, `action` to requests that were taken for
    that: with `other` nothing was done."""
    return log_lists.page(call, listing.parse(call.query))


@route("/logs/{id}", "GET", answers=_LOG)
def retrieve(call: Call, id: str) -> Any:
    """Retrieve a log. What is too large for an answer is cut, and says so; a replay sends all of it."""
    return cut(present(call, find(call, id)))


@route("/logs/{id}/replay", "POST", admin=True, answers=_REPLAY, status=202)
def replay(call: Call, id: str) -> Any:
    """Queue a stored request again, as if it had just been received. An extension of the v4 API."""
    log = find(call, id)
    if not log["request"]:
        raise Invalid("log holds no request: only logs of received requests can be replayed")
    integration = configuration.read(call.account_id, ids.prefix_id(ids.INTEGRATION, log["owner_id"]))
    if integration is None:
        raise Conflict("the integration that received this request was deleted")
    log_id = ids.new(call.now)
    envelope: Envelope = {
        "log_id": log_id,
        "account_id": call.account_id,
        "integration": integration["prefix_id"],
        "integration_id": integration["id"],
        "request": log["request"],
        "replay_of": log["id"],
    }
    messages.send(messages.WEBHOOKS, Message(call.account_id, envelope, log_id))
    return {"log_id": log_id, "prefix_id": ids.prefix_id(ids.LOG, log_id), "replay_of": log["id"]}


def find(call: Call, identifier: str) -> StoredLog:
    log = stored.read(call.account_id, key_of(ids.LOG, identifier, "log"))
    if log is None:
        raise NotFound("log not found")
    return log
