"""Teams: `/api/v4/teams`, who is on call in one, and the alerts assigned to one."""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.accounts.objects import Object
from chalicelib.api import alert_lists, crud, listing
from chalicelib.api.alert_shapes import ALERT_PAGE
from chalicelib.api.http import Call, route
from chalicelib.api.resource import Resource
from chalicelib.api.routes import mount
from chalicelib.api.shapes import A_PERSON, FREE, NULLABLE_TEXT, TIME, array, fixed, record, ref

_MEMBERS = (
    "member_account_user_ids",
    "admin_account_user_ids",
    "drop_notification_account_user_ids",
    "handoff_notification_account_user_ids",
)
_ONCALL = fixed("OnCall", record({"layer": {"type": "integer"}, "start_time": TIME, "end_time": TIME}))
_ONCALL_LIST = fixed("OnCallList", array(ref("OnCall")), _ONCALL)


class Teams(Resource):
    name = "team"
    path = "teams"
    prefix = ids.TEAM
    model = "Team"
    about = "People who take alerts together."
    references = dict.fromkeys(_MEMBERS, ids.ACCOUNT_USER)
    added = {"schedule_id": NULLABLE_TEXT, "escalation_policy_id": NULLABLE_TEXT, "attachments": FREE}
    examples = {
        "a team": {"name": "Operations", "member_account_user_ids": [A_PERSON], "admin_account_user_ids": [A_PERSON]}
    }
    change = {"notes": "Runs the data centre."}

    def may_write(self, call: Call, found: Object) -> bool:
        return call.caller.user["id"] in found["admin_account_user_ids"]

    def show(self, found: Object, call: Call) -> Object:
        return {**found, "schedule_id": None, "escalation_policy_id": None, "attachments": {}}


TEAMS = mount(Teams())


@route("/teams/{id}/current_oncall", "GET", answers=_ONCALL_LIST)
def current_oncall(call: Call, id: str) -> Any:
    """Who is on call now: nobody, as long as there are no schedules."""
    crud.find(TEAMS, call, id)
    return []


@route("/teams/{id}/alerts", "GET", answers=ALERT_PAGE)
def team_alerts(call: Call, id: str) -> Any:
    """The alerts assigned to a team, newest first."""
    team = crud.find(TEAMS, call, id)
    return alert_lists.page(call, listing.parse(call.query), receiver=team["id"])
