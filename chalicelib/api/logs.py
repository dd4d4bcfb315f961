"""Logs: `/api/v4/logs`, what arrived and what was done with it; and replay of a stored request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalice import Blueprint

from chalicelib import ids
from chalicelib.api import listing
from chalicelib.api.alert_lists import owned, page_from, time_range
from chalicelib.api.http import Call, key_of, route
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.storage import alerts, configuration, messages
from chalicelib.storage import logs as stored
from chalicelib.storage.pages import Source

logs = Blueprint(__name__)


@route(logs, "/logs", "GET")
def list_(call: Call) -> Any:
    """Logs, newest first; `owner_id` (ULID or prefix id) and `owner_type` narrow them to an object's."""
    low, high, query = time_range(listing.parse(call.query))
    owner = _owner(call, query.equals("owner_id"))
    index, hash_key = "by_account", ("account_model", f"{call.account_id}#log")
    if owner:
        index, hash_key, query = "by_owner", ("parent", owner), query.without("owner_id")
    source = Source(stored.TABLE, index, hash_key, lambda keys: stored.read_many(call.account_id, keys), low, high)
    return page_from(source, query, present, _searched)


@route(logs, "/logs/{id}", "GET")
def retrieve(call: Call, id: str) -> Any:
    """Retrieve a log."""
    return present(find(call, id))


@route(logs, "/logs/{id}/replay", "POST", admin=True)
def replay(call: Call, id: str) -> Any:
    """Queue a stored request again, as if it had just been received. An extension of the v4 API."""
    log = find(call, id)
    if not log.get("request"):
        raise Invalid("log holds no request: only logs of received requests can be replayed")
    integration = configuration.read(call.account_id, ids.prefix_id(ids.INTEGRATION, log["owner_id"]))
    if integration is None:
        raise Conflict("the integration that received this request was deleted")
    log_id = ids.new(call.now)
    envelope = {
        "log_id": log_id,
        "account_id": call.account_id,
        "integration": integration["prefix_id"],
        "request": log["request"],
        "replay_of": log["id"],
    }
    messages.send(messages.WEBHOOKS, call.account_id, envelope, name=log_id)
    return {"log_id": log_id, "prefix_id": ids.prefix_id(ids.LOG, log_id), "replay_of": log["id"]}, 202


def find(call: Call, identifier: str) -> stored.Log:
    log = stored.read(call.account_id, key_of(ids.LOG, identifier, "log"))
    if log is None:
        raise NotFound("log not found")
    return log


def present(log: stored.Log) -> dict[str, Any]:
    """A log as the API shows it: the request is in `details.message`."""
    shown = {name: value for name, value in log.items() if name != "request"}
    return {**shown, "updated_at": log["created_at"], "tiny_id": None, "meta": {}}


def _owner(call: Call, identifier: str | None) -> str | None:
    """The ULID of an owner of the account given in either form; None when there is none."""
    found = owned(call.account_id, identifier, ids.INTEGRATION)
    key = ids.key_of(ids.ALERT, identifier or "")
    alert = alerts.read(call.account_id, key) if key and not found else None
    return str(alert["id"]) if alert else found


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    yield str(row["details"]["message"])
    yield from (str(entry.get("message")) for entry in row["details"]["sublogs"])
