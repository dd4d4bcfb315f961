"""An alert: its type, how it is made from a draft, shown by the API, and seen by rules and templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, cast

from chalicelib import ids
from chalicelib.alerts import bounds
from chalicelib.alerts.states import ACKNOWLEDGED, QUEUED, RESOLVED
from chalicelib.times import iso
from chalicelib.words import RECEIVERS

RECEIVER_FIELDS = {receiver.prefix: receiver.destination_field for receiver in RECEIVERS}
_INCIDENT = ("incident", "incident_severity", "incident_message")


class Alert(TypedDict):
    """An alert as the API shows it, and its version. Ids are ULIDs but for `prefix_id`; times are ISO 8601.

    A description whose format is `html` is safe to show as it is; one that is `text` holds no markup."""

    id: str
    prefix_id: str
    tiny_id: int
    account_id: str
    created_at: str
    updated_at: str
    title: str
    description: str | None
    description_format: str
    urgency: str
    status: str
    tags: list[str]
    meta: dict[str, Any]
    incident: bool
    incident_severity: str | None
    incident_message: str | None
    source_id: str
    source_type: str
    source_log_id: str | None
    thirdparty_id: str
    acknowledged_at: str | None
    resolved_at: str | None
    dedup_keys: list[str]
    dedup_count: int
    additional_data: list[dict[str, Any]]
    parent_id: str | None
    stakeholder_ids: list[str]
    destination_team_ids: list[str]
    destination_router_ids: list[str]
    destination_account_user_ids: list[str]
    version: int


def new_alert(
    identifier: str, account_id: str, source_id: str, source_type: str, fields: Mapping[str, Any], now: datetime
) -> Alert:
    """A queued alert. `fields` are its own: title, description, urgency, tags, meta and so on."""
    alert: Alert = {
        "id": identifier,
        "prefix_id": ids.prefix_id(ids.ALERT, identifier),
        "tiny_id": 0,
        "account_id": account_id,
        "created_at": iso(now),
        "updated_at": iso(now),
        "title": "",
        "description": None,
        "description_format": "text",
        "urgency": "medium",
        "status": QUEUED,
        "tags": [],
        "meta": {},
        "incident": False,
        "incident_severity": None,
        "incident_message": None,
        "source_id": source_id,
        "source_type": source_type,
        "source_log_id": None,
        "thirdparty_id": identifier,
        "acknowledged_at": None,
        "resolved_at": None,
        "dedup_keys": [],
        "dedup_count": 0,
        "additional_data": [],
        "parent_id": None,
        "stakeholder_ids": [],
        "destination_team_ids": [],
        "destination_router_ids": [],
        "destination_account_user_ids": [],
        "version": 1,
    }
    return with_fields(alert, fields)


def with_fields(alert: Alert, fields: Mapping[str, Any]) -> Alert:
    """The alert with some of its fields replaced."""
    return cast("Alert", {**alert, **fields})


def bounded(alert: Alert) -> tuple[Alert, list[str]]:
    """The alert as it can be stored, and a note for each field that was cut; see `bounds`."""
    kept, notes = bounds.bounded(alert)
    return cast("Alert", kept), notes


def present(alert: Alert) -> dict[str, Any]:
    """The alert as the v4 API shows it; tags under both of their names, incident inside `meta` too."""
    incident = {name: alert.get(name) for name in _INCIDENT}
    shown = {name: value for name, value in alert.items() if name != "version"}
    return {**shown, "tag_list": alert["tags"], "meta": {**alert["meta"], **incident}}


def match_data(alert: Alert) -> dict[str, Any]:
    """The alert as rules see it."""
    return present(alert)


def receivers_of(alert: Alert) -> list[tuple[str, str]]:
    """The (prefix, ULID) of every destination."""
    destinations = cast("Mapping[str, list[str]]", alert)
    return [(prefix, receiver) for prefix, name in RECEIVER_FIELDS.items() for receiver in destinations[name]]


def add_receivers(alert: Alert, receivers: list[tuple[str, str]]) -> Alert:
    """The alert with (prefix, ULID) receivers added to its destinations, each once."""
    every = dict.fromkeys([*receivers_of(alert), *receivers])
    return with_fields(
        alert,
        {name: [receiver for kind, receiver in every if kind == prefix] for prefix, name in RECEIVER_FIELDS.items()},
    )


def split_incident(meta: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """`meta` as clients write it, as (meta without the incident's keys, the incident's fields that it names)."""
    rest = {name: value for name, value in meta.items() if name not in _INCIDENT}
    return rest, {name: meta[name] for name in _INCIDENT if name in meta}


def moved(alert: Alert, status: str, now: datetime) -> Alert:
    """The alert in another status. The first acknowledge sets `acknowledged_at`, a resolve `resolved_at`."""
    changed = with_fields(alert, {"status": status, "updated_at": iso(now)})
    if status == ACKNOWLEDGED and not alert["acknowledged_at"]:
        changed["acknowledged_at"] = iso(now)
    if status == RESOLVED:
        changed["resolved_at"] = iso(now)
    return changed
