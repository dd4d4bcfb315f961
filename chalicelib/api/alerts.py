"""Alerts: `/api/v4/alerts`, what users make of them, and the comments on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import ids
from chalicelib.accounts.validation import validate
from chalicelib.alerts.alert import Alert, present, split_incident
from chalicelib.api import alert_lists, listing
from chalicelib.api.alert_shapes import (
    ALERT,
    ALERT_CHANGES,
    ALERT_INPUT,
    ALERT_PAGE,
    CHANGEABLE,
    EXAMPLES,
    HANDOFF_EXAMPLES,
    HANDOFF_INPUT,
)
from chalicelib.api.http import Call, key_of, route, section
from chalicelib.api.references import resolve
from chalicelib.errors import Forbidden, Invalid, NotFound
from chalicelib.handling import user
from chalicelib.handling.facts import StoredFacts
from chalicelib.words import DESTINATION_FIELDS, SEVERITIES

section("alerts", "What people are told about, and what they make of it.")

_MOST_DESTINATIONS = 50
_REQUIRED = {"title": "kept", "urgency": "medium"}
"""What stands in for required fields that an update does not name: an old title may be longer than a new one."""


@route("/alerts", "GET", answers=ALERT_PAGE)
def list_(call: Call) -> Any:
    """A page of the account's alerts."""
    return alert_lists.page(call, listing.parse(call.query))


@route("/alerts", "POST", takes=ALERT_INPUT, answers=ALERT, status=201, examples=EXAMPLES)
def create(call: Call) -> Any:
    """Make an alert by hand; any account user may."""
    params = _params(call)
    fields = validate("Alert", params)
    _require_destination(fields)
    own = {**fields, **resolve(call.account_id, fields, DESTINATION_FIELDS), **_meta(fields["meta"])}
    if not own["thirdparty_id"]:
        del own["thirdparty_id"]
    return present(user.create(call.account_id, call.caller.user, own, call.now))


@route("/alerts/{id}", "GET", answers=ALERT)
def retrieve(call: Call, id: str) -> Any:
    """Retrieve an alert."""
    return present(find(call, id))


@route(
    "/alerts/{id}",
    "PUT",
    "PATCH",
    takes=ALERT_CHANGES,
    answers=ALERT,
    examples={"a change": {"urgency": "critical"}},
)
def update(call: Call, id: str) -> Any:
    """Change title, description, urgency, meta or tags; destinations change by hand-off."""
    params = {name: value for name, value in _params(call).items() if name in CHANGEABLE}
    fields = validate("Alert", {**_REQUIRED, **params})

    def edit(alert: Alert) -> dict[str, Any]:
        _require_owner(call, alert)
        changes = {name: fields[name] for name in params if name != "meta"}
        changes |= {"description_format": "text"} if "description" in changes else {}
        return changes | (_meta({**_incident(alert), **fields["meta"]}) if "meta" in params else {})

    return present(user.change(call.account_id, _key(id), edit, call.now))


@route("/alerts/{id}", "DELETE", status=204)
def delete(call: Call, id: str) -> Any:
    """Delete an alert and stop what was still to happen with it; only an admin or its creator may."""
    user.delete(call.account_id, _key(id), lambda alert: _require_owner(call, alert), call.now)


@route("/alerts/{id}/acknowledge", "POST", answers=ALERT)
def acknowledge(call: Call, id: str) -> Any:
    """Acknowledge an alert that is open, dropped or suppressed."""
    return present(user.acknowledge(call.account_id, _key(id), call.caller.user, call.now))


@route("/alerts/{id}/resolve", "POST", answers=ALERT)
def resolve_(call: Call, id: str) -> Any:
    """Resolve an alert that is open, dropped or acknowledged."""
    return present(user.resolve(call.account_id, _key(id), call.caller.user, call.now))


@route("/alerts/{id}/reject", "POST", answers=ALERT)
def reject(call: Call, id: str) -> Any:
    """Reject an alert that is paging the caller."""
    return present(user.reject(call.account_id, _key(id), call.caller.user, call.now))


@route("/alerts/{id}/handoff", "POST", takes=HANDOFF_INPUT, answers=ALERT, examples=HANDOFF_EXAMPLES)
def hand_off(call: Call, id: str) -> Any:
    """Give an alert to further destinations, with a note. An extension of the v4 API."""
    handoff = validate("Handoff", _params(call))
    _require_destination(handoff)
    fields = resolve(call.account_id, handoff, DESTINATION_FIELDS)
    return present(user.hand_off(call.account_id, _key(id), fields, handoff["note"], call.caller.user, call.now))


def find(call: Call, identifier: str) -> Alert:
    """An alert of the caller's account by either form of its id. Raises NotFound."""
    alert = StoredFacts(call.account_id, call.now).alert(_key(identifier))
    if alert is None:
        raise NotFound("alert not found")
    return alert


def _key(identifier: str) -> str:
    return key_of(ids.ALERT, identifier, "alert")


def _params(call: Call) -> dict[str, Any]:
    """The parameters, with the names that older clients use for them."""
    params = dict(call.params)
    if "destination_route_ids" in params:
        params.setdefault("destination_router_ids", params["destination_route_ids"])
    if "tag_list" in params:
        params.setdefault("tags", params["tag_list"])
    if params.get("meta") in (None, ""):
        params.pop("meta", None)
    return params


def _require_destination(fields: Mapping[str, Any]) -> None:
    if not any(fields[name] for name in DESTINATION_FIELDS):
        raise Invalid(f"{', '.join(DESTINATION_FIELDS)}: at least one destination is required")
    if sum(len(fields[name]) for name in DESTINATION_FIELDS) > _MOST_DESTINATIONS:
        raise Invalid(f"{', '.join(DESTINATION_FIELDS)}: at most {_MOST_DESTINATIONS} destinations together")


def _require_owner(call: Call, alert: Alert) -> None:
    if not (call.caller.is_admin or alert["source_id"] == call.caller.user["id"]):
        raise Forbidden("only an admin or the alert's creator may do this")


def _incident(alert: Alert) -> dict[str, Any]:
    return {name: alert[name] for name in ("incident", "incident_severity", "incident_message")}


def _meta(given: Mapping[str, Any]) -> dict[str, Any]:
    """`meta` and the incident's fields out of what a client wrote as meta. Raises Invalid for a bad severity."""
    meta, incident = split_incident(given)
    flag = str(incident.get("incident", "")).lower() in ("true", "1", "t", "on")
    severity = incident.get("incident_severity")
    severity = str(severity).upper().replace("_", "-") if severity else None
    if severity and severity not in SEVERITIES:
        raise Invalid(f"meta.incident_severity must be one of {', '.join(SEVERITIES)}")
    if flag and not severity:
        severity = "SEV-UNKNOWN"
    message = incident.get("incident_message")
    fields = {"incident": flag, "incident_severity": severity, "incident_message": message and str(message)}
    return {"meta": meta, **fields}
