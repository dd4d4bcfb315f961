"""Teams: `/api/v4/teams`, who is on call in one, and the alerts assigned to one."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint

from chalicelib import ids
from chalicelib.api import alert_lists, listing
from chalicelib.api.http import Call, route
from chalicelib.api.resources import Kind, Object, find, mount

teams = Blueprint(__name__)

_MEMBERS = (
    "member_account_user_ids",
    "admin_account_user_ids",
    "drop_notification_account_user_ids",
    "handoff_notification_account_user_ids",
)


def _may_write(call: Call, found: Object) -> bool:
    return call.caller.user["id"] in found["admin_account_user_ids"]


def _show(found: Object, call: Call) -> Object:
    return {**found, "schedule_id": None, "escalation_policy_id": None, "attachments": {}}


TEAM = Kind(
    name="team",
    path="teams",
    prefix=ids.TEAM,
    model="Team",
    references=dict.fromkeys(_MEMBERS, ids.ACCOUNT_USER),
    show=_show,
    may_write=_may_write,
)
mount(teams, TEAM)


@route(teams, "/teams/{id}/current_oncall", "GET")
def current_oncall(call: Call, id: str) -> Any:
    """Who is on call now: nobody, as long as there are no schedules."""
    find(TEAM, call, id)
    return []


@route(teams, "/teams/{id}/alerts", "GET")
def team_alerts(call: Call, id: str) -> Any:
    """The alerts assigned to a team, newest first."""
    team = find(TEAM, call, id)
    return alert_lists.page(call, listing.parse(call.query), receiver=team["id"])
