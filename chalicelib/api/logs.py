"""Logs: `/api/v4/logs`, what arrived and what was done with it; and replay of a stored request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from chalicelib import ids
from chalicelib.adapters import load
from chalicelib.adapters.kit.secrets import describe, shown
from chalicelib.api import listing
from chalicelib.api.alert_lists import owned, page_from, time_range
from chalicelib.api.http import Call, key_of, route, section
from chalicelib.api.references import RESOURCES
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
from chalicelib.intake.envelope import Envelope, unpack_request
from chalicelib.storage import alerts, configuration, lists, messages
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
    """Logs, newest first; `owner_id` (ULID or prefix id) and `owner_type` narrow them to an object's."""
    low, high, query = time_range(listing.parse(call.query))
    owner = _owner(call, query.equals("owner_id"))
    if owner:
        source, query = lists.logs_of_owner(call.account_id, owner), query.without("owner_id")
    else:
        source = lists.logs_of_account(call.account_id)
    return page_from(source.between(low, high), query, lambda log: present(call, cast("StoredLog", log)), _searched)


@route("/logs/{id}", "GET", answers=_LOG)
def retrieve(call: Call, id: str) -> Any:
    """Retrieve a log."""
    return present(call, find(call, id))


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


def present(call: Call, log: StoredLog) -> dict[str, Any]:
    """A log as the API shows it: what it says, and of a request's log the request too, is in `details.message`."""
    message = log["message"]
    if isinstance(message, dict):
        message = {**_described(call, log), **message}
    hidden = ("request", "message", "sublogs", "change")
    change = {"change": log["change"]} if log["change"] else {}
    return {
        **{name: value for name, value in log.items() if name not in hidden},
        "format": "json" if isinstance(message, dict) else "text",
        "details": {"message": message, "sublogs": log["sublogs"], **change},
        "updated_at": log["created_at"],
        "tiny_id": None,
        "meta": {},
    }


def _described(call: Call, log: StoredLog) -> dict[str, Any]:
    """The request of a log. It was stored without its secrets; where they are known they are looked for once more."""
    if not log["request"]:
        return {}
    request = unpack_request(log["request"], log["id"])
    integration = configuration.cached(call.account_id, ids.prefix_id(ids.INTEGRATION, log["owner_id"]))
    if integration is None:
        return describe(request)
    return shown(load(integration["integration_type"]), request, integration["options"])


def _owner(call: Call, identifier: str | None) -> str | None:
    """The ULID of an owner of the account given in either form; None when there is none."""
    found = owned(call.account_id, identifier, *RESOURCES)
    key = ids.key_of(ids.ALERT, identifier or "")
    alert = alerts.read(call.account_id, key) if key and not found else None
    return str(alert["id"]) if alert else found


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    yield str(row["details"]["message"])
    yield from (str(entry.get("message")) for entry in row["details"]["sublogs"])
