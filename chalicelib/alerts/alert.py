"""An alert as a plain map: how it is made from a draft, shown by the API, and seen by rules and templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.alerts import bounds
from chalicelib.alerts.states import QUEUED
from chalicelib.times import iso
from chalicelib.words import RECEIVERS

Alert = dict[str, Any]

RECEIVER_FIELDS = {receiver.prefix: receiver.destination_field for receiver in RECEIVERS}
_INTERNAL = ("version", "was")
_INCIDENT = ("incident", "incident_severity", "incident_message")


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
    }
    return bounded(alert | dict(fields))


def bounded(alert: Alert) -> Alert:
    """The alert as it can be stored, for callers that have nowhere to note what was cut."""
    return bounds.bounded(alert)[0]


def present(alert: Mapping[str, Any]) -> dict[str, Any]:
    """The alert as the v4 API shows it; tags under both of their names, incident inside `meta` too."""
    incident = {name: alert.get(name) for name in _INCIDENT}
    shown = {name: value for name, value in alert.items() if name not in _INTERNAL}
    return {**shown, "tag_list": alert["tags"], "meta": {**alert["meta"], **incident}}


def match_data(alert: Mapping[str, Any]) -> dict[str, Any]:
    """The alert as rules see it."""
    return present(alert)


def add_receivers(alert: Alert, receivers: list[tuple[str, str]]) -> Alert:
    """The alert with (prefix, ULID) receivers added to its destinations, each once."""
    changed = dict(alert)
    for prefix, identifier in receivers:
        name = RECEIVER_FIELDS[prefix]
        if identifier not in changed[name]:
            changed[name] = [*changed[name], identifier]
    return changed


def split_incident(meta: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """`meta` as clients write it, as (meta without the incident's keys, the incident's fields that it names)."""
    rest = {name: value for name, value in meta.items() if name not in _INCIDENT}
    return rest, {name: meta[name] for name in _INCIDENT if name in meta}
