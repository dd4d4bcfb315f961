"""Alerts over HTTP: made by hand, changed, acknowledged, resolved, rejected, handed off, commented on."""

from __future__ import annotations

from itertools import product
from urllib.parse import urlencode

import pytest

from chalicelib import ids

STATES = ("queued", "open", "acknowledged", "resolved", "dropped", "suppressed")


@pytest.fixture
def team(world):
    return world.team()


@pytest.fixture
def make(world, team):
    def made(**fields):
        given = {"title": "Disk full", "urgency": "high", "destination_team_ids": [team["id"]], **fields}
        return world.ok("POST", "/alerts", given)

    return made


@pytest.fixture
def in_state(world, make):
    """An alert in a state, whichever way it got there."""
    from chalicelib.alerts.alert import moved
    from chalicelib.alerts.changes import Changed, Changes
    from chalicelib.storage import alerts
    from chalicelib.storage.commit import commit

    def made(status):
        alert = make()
        stored = alerts.read(alert["account_id"], alert["prefix_id"])
        commit(Changes(changed=(Changed(stored, moved(stored, status, world.now)),)), world.now)
        return world.ok("GET", f"/alerts/{alert['id']}")

    return made


def test_an_alert_made_by_hand_has_the_documented_fields(world, team, make):
    alert = make(
        description="<b>99 %</b>",
        tags=["db", "prod"],
        thirdparty_id="mine",
        meta={"incident": True, "incident_severity": "sev_2", "incident_message": "Shop is down", "ticket": 7},
    )
    assert ids.is_ulid(alert["id"])
    assert alert["prefix_id"] == ids.prefix_id("alt", alert["id"])
    assert (alert["title"], alert["description"], alert["urgency"]) == ("Disk full", "<b>99 %</b>", "high")
    assert alert["tags"] == alert["tag_list"] == ["db", "prod"]
    assert alert["status"] == "open"
    assert (alert["source_id"], alert["source_type"]) == (world.account.user["id"], "AccountUser")
    assert (alert["thirdparty_id"], alert["dedup_count"], alert["tiny_id"]) == ("mine", 0, 1)
    assert alert["acknowledged_at"] is alert["resolved_at"] is alert["source_log_id"] is None
    incident = {"incident": True, "incident_severity": "SEV-2", "incident_message": "Shop is down"}
    assert alert["meta"] == {**incident, "ticket": 7}
    assert alert["destination_team_ids"] == [team["id"]]
    assert alert["destination_router_ids"] == alert["destination_account_user_ids"] == []
    assert world.ok("GET", f"/alerts/{alert['id']}") == world.ok("GET", f"/alerts/{alert['prefix_id']}") == alert


def test_the_command_lines_create_is_taken_as_it_is(world, team):
    meta = {"incident": False, "incident_severity": None, "incident_message": None}
    body = {"title": "x", "destination_team_ids": [team["id"]], "urgency": "medium", "tags": [], "meta": meta}
    alert = world.ok("POST", "/alerts", {**body, "thirdparty_id": "alias"})
    assert alert["meta"] == meta
    assert world.ok("GET", "/alerts?limit=1&offset=0&thirdparty_id=alias")["data"][0]["id"] == alert["id"]


def test_an_alert_is_made_from_a_form(world, team):
    pairs = [
        ("title", "x"),
        ("urgency", "low"),
        ("destination_team_ids", team["id"]),
        ("tags[]", "a"),
        ("tags[]", "b"),
        ("meta[incident]", "true"),
    ]
    answer = world.api("POST", "/alerts", urlencode(pairs), **{"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 201
    assert answer.json["tags"] == ["a", "b"]
    assert answer.json["meta"]["incident"] is True
    assert answer.json["meta"]["incident_severity"] == "SEV-UNKNOWN"


def test_tags_are_a_list_or_a_text_with_commas_under_either_name(make):
    assert make(tags="a, b,a")["tags"] == ["a", "b"]
    assert make(tag_list=["c"])["tag_list"] == ["c"]


def test_two_alerts_with_one_alias_are_two_alerts(world, make):
    first, second = make(thirdparty_id="k"), make(thirdparty_id="k")
    assert first["id"] != second["id"]
    assert [alert["id"] for alert in world.alerts(thirdparty_id="k")] == [second["id"], first["id"]]


def test_the_old_misspelt_name_of_router_destinations_works(world, team):
    router = world.ok("POST", "/routers", {"name": "r", "default_receiver_team_id": team["id"]})
    alert = world.ok(
        "POST", "/alerts", {"title": "x", "urgency": "low", "destination_route_ids": [router["prefix_id"]]}
    )
    assert alert["destination_router_ids"] == [router["id"]]
    assert alert["destination_team_ids"] == [team["id"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "title can't be blank"),
        ({"title": None}, "title can't be blank"),
        ({"urgency": None}, "urgency can't be blank"),
        ({"urgency": "loud"}, "urgency must be silent, low, medium, high or critical"),
        ({"destination_team_ids": []}, "at least one destination is required"),
        ({"destination_team_ids": ["tem_nope"]}, "destination_team_ids has no match for tem_nope"),
        ({"destination_team_ids": ["x"] * 51}, "has no match"),
        ({"tags": {"a": 1}}, "tags.0 is invalid"),
        ({"tags": ["a"] * 101}, "tags is invalid: list should have at most 100 items"),
        ({"meta": "x"}, "meta is invalid"),
        ({"meta": {"incident_severity": "bad"}}, "meta.incident_severity must be one of SEV-1"),
        ({"meta": {"a": "x" * 40_000}}, "meta is larger than 32 KiB"),
        ({"title": "x" * 1025}, "title is invalid"),
    ],
)
def test_an_alert_with_a_fault_is_refused(team, refused, stored, change, message):
    before = stored()
    given = {"title": "x", "urgency": "low", "destination_team_ids": [team["id"]], **change}
    assert message in refused(422, "POST", "/alerts", given)
    assert stored() == before


def test_more_than_fifty_destinations_are_refused(world, person, refused):
    ids_ = [f"usr_{number:014}" for number in range(51)]
    message = refused(422, "POST", "/alerts", {"title": "x", "urgency": "low", "destination_account_user_ids": ids_})
    assert "at most 50 destinations" in message


def test_an_update_changes_what_it_names_and_nothing_else(world, team, make):
    alert = make(tags=["a"], meta={"incident": True, "incident_severity": "SEV-1"})
    path = f"/alerts/{alert['id']}"
    world.clock.shift(60)
    other = world.team("Other")["id"]
    ignored = {"status": "resolved", "destination_team_ids": [other], "source_id": "x", "thirdparty_id": "x"}
    changed = world.ok("PUT", path, {"title": "New", **ignored})
    assert changed["title"] == "New"
    for name in (
        "status",
        "destination_team_ids",
        "source_id",
        "thirdparty_id",
        "urgency",
        "tags",
        "meta",
        "created_at",
    ):
        assert changed[name] == alert[name]
    assert world.ok("PATCH", path, {"tags": "b,c"})["tag_list"] == ["b", "c"]
    assert world.ok("PUT", path, {"meta": {"incident_message": "x"}})["meta"] == {
        "incident": True,
        "incident_severity": "SEV-1",
        "incident_message": "x",
    }
    assert world.ok("PUT", path, {"meta": {"incident": False}})["meta"]["incident"] is False
    assert world.ok("PUT", path, {"description": None})["description"] is None
    assert world.ok("GET", path)["title"] == "New"


@pytest.mark.parametrize(
    "change", [{"title": ""}, {"urgency": "x"}, {"meta": {"incident_severity": "x"}}, {"tags": [[]]}]
)
def test_an_update_with_a_fault_changes_nothing(make, refused, stored, change):
    alert = make()
    before = stored()
    refused(422, "PUT", f"/alerts/{alert['id']}", {"description": "new", **change})
    assert stored() == before


def test_an_alert_with_a_longer_title_than_a_user_may_write_can_be_changed(world):
    world.send(world.integration(), {"event_type": "create", "Id": "k", "Title": "x" * 2000, "tags": ["y" * 300]})
    (alert,) = world.alerts()
    assert world.ok("PUT", f"/alerts/{alert['id']}", {"urgency": "low"})["title"] == alert["title"]


@pytest.mark.parametrize(("action", "state"), list(product(("acknowledge", "resolve"), STATES)))
def test_each_action_is_allowed_in_the_states_of_the_documents_only(world, in_state, refused, action, state):
    allowed = {"acknowledge": ("open", "dropped", "suppressed"), "resolve": ("open", "dropped", "acknowledged")}
    target = {"acknowledge": "acknowledged", "resolve": "resolved"}[action]
    alert = in_state(state)
    path = f"/alerts/{alert['id']}/{action}"
    if state in allowed[action]:
        assert world.ok("POST", path)["status"] == target
        assert world.ok("GET", f"/alerts/{alert['id']}")["status"] == target
    else:
        assert f"status is {state}" in refused(422, "POST", path)
        assert world.ok("GET", f"/alerts/{alert['id']}") == alert


def test_times_of_actions_are_kept_and_the_first_acknowledge_counts(world, make, team):
    alert = make()
    world.clock.shift(60)
    world.ok("POST", f"/alerts/{alert['id']}/acknowledge", "")
    world.clock.shift(60)
    world.ok("POST", f"/alerts/{alert['id']}/handoff", {"note": "you", "destination_team_ids": [team["id"]]})
    world.ok("POST", f"/alerts/{alert['id']}/acknowledge")
    resolved = world.ok("POST", f"/alerts/{alert['prefix_id']}/resolve")
    assert resolved["acknowledged_at"] == "2026-03-02T09:01:00.000Z"
    assert resolved["resolved_at"] == "2026-03-02T09:02:00.000Z"


def test_only_who_is_paged_can_reject(world, make, person, refused):
    member, token = person()
    alert = make(destination_team_ids=[], destination_account_user_ids=[member["id"]])
    path = f"/alerts/{alert['id']}/reject"
    assert "no page running for you" in refused(422, "POST", path)
    assert world.api("POST", path, None, token).json["id"] == alert["id"]
    world.ok("POST", f"/alerts/{alert['id']}/acknowledge")
    assert "no page running" in refused(422, "POST", path, None, token)


def test_what_users_do_is_told_by_the_alerts_logs(world, make, person):
    member, token = person("Bob")
    alert = make(destination_account_user_ids=[member["id"]])
    world.clock.shift(1)
    world.api("POST", f"/alerts/{alert['id']}/reject", None, token)
    world.clock.shift(1)
    world.api("POST", f"/alerts/{alert['id']}/acknowledge", None, token)
    world.clock.shift(1)
    world.ok("POST", f"/alerts/{alert['id']}/resolve")
    found = world.ok("GET", f"/logs?owner_id={alert['prefix_id']}&owner_type=Alert")["data"]
    messages = [log["details"]["message"] for log in found]
    assert messages[:3] == ["resolved by Ada Admin", "acknowledged by Bob", "rejected by Bob"]
    assert all(log["owner_id"] == alert["id"] for log in found)


def test_a_hand_off_adds_destinations_and_opens_the_alert_again(world, make, team, refused):
    other = world.team("Other")
    alert = make()
    path = f"/alerts/{alert['id']}"
    world.ok("POST", f"{path}/acknowledge")
    handed = world.ok("POST", f"{path}/handoff", {"note": "Yours", "destination_team_ids": [other["prefix_id"]]})
    assert (handed["status"], handed["destination_team_ids"]) == ("open", [team["id"], other["id"]])
    assert handed["acknowledged_at"] == alert["created_at"]
    assert [row["id"] for row in world.ok("GET", f"/teams/{other['id']}/alerts")["data"]] == [alert["id"]]
    assert "note can't be blank" in refused(422, "POST", f"{path}/handoff", {"destination_team_ids": [other["id"]]})
    assert "at least one destination" in refused(422, "POST", f"{path}/handoff", {"note": "x"})
    assert "has no match" in refused(422, "POST", f"{path}/handoff", {"note": "x", "destination_team_ids": ["tem_x"]})
    world.ok("POST", f"{path}/resolve")
    assert "resolved" in refused(422, "POST", f"{path}/handoff", {"note": "x", "destination_team_ids": [other["id"]]})


def test_a_deleted_alert_is_gone_from_every_list(world, make, team, refused):
    alert = make()
    world.ok("POST", f"/alerts/{alert['id']}/comments", {"body": "x"})
    path = f"/alerts/{alert['id']}"
    answer = world.api("DELETE", path)
    assert (answer.status, answer.text) == (204, "")
    for method, suffix in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/acknowledge"), ("POST", "/resolve"), ("POST", "/reject"), ("GET", "/comments")):  # fmt: skip
        assert refused(404, method, path + suffix) == "alert not found"
    assert world.ok("GET", "/alerts")["total_count"] == 0
    assert world.ok("GET", f"/teams/{team['id']}/alerts")["total_count"] == 0


def test_a_deleted_alerts_key_makes_a_new_alert(world):
    integration = world.integration()
    body = {"event_type": "create", "Id": "k", "Title": "x"}
    world.send(integration, body)
    (first,) = world.alerts()
    world.ok("DELETE", f"/alerts/{first['id']}")
    world.send(integration, body)
    (second,) = world.alerts()
    assert second["id"] != first["id"]


def test_comments_are_made_listed_and_answered(world, make, refused):
    alert = make()
    path = f"/alerts/{alert['id']}/comments"
    first = world.ok("POST", path, {"body": " Looking \n into it " + "x" * 1000})
    assert first["body"].startswith("Looking")
    assert (first["created_by_name"], first["account_user_id"]) == ("Ada Admin", world.account.user["id"])
    assert (first["commentable_type"], first["commentable_id"], first["parent_id"]) == ("Alert", alert["id"], None)
    assert first["account_user"]["user"]["email"] == "ada@example.com"
    assert (first["tiny_id"], first["meta"]) == (1, {})
    second = world.ok(
        "POST", "/comments", {"body": "b", "commentable_type": "Alert", "commentable_id": alert["prefix_id"]}
    )
    reply = world.ok("POST", f"/comments/{first['prefix_id']}/comments", {"body": "c"})
    assert (reply["commentable_type"], reply["commentable_id"], reply["parent_id"]) == (
        "Comment",
        first["id"],
        first["id"],
    )

    def listed(where):
        return [row["id"] for row in world.ok("GET", where)["data"]]

    assert listed(path) == [second["id"], first["id"]]
    assert listed("/comments") == [reply["id"], second["id"], first["id"]]
    assert listed(f"/comments/{first['id']}/comments") == [reply["id"]]
    assert listed(f"{path}?q=looking") == [first["id"]]
    assert listed(f"{path}?limit=1&offset=1") == [first["id"]]
    assert world.ok("GET", f"/comments/{second['id']}") == second


def test_comments_with_a_fault_are_refused(make, refused, stored):
    alert = make()
    before = stored()
    path = f"/alerts/{alert['id']}/comments"
    for body in ({}, {"body": ""}, {"body": "  "}, {"body": None}):
        assert refused(422, "POST", path, body) == "body can't be blank"
    assert "body is invalid" in refused(422, "POST", path, {"body": {"a": 1}})
    assert "body is invalid" in refused(422, "POST", path, {"body": "x" * 70_000})
    assert "commentable_type" in refused(422, "POST", "/comments", {"body": "x"})
    assert "commentable_type" in refused(
        422, "POST", "/comments", {"body": "x", "commentable_type": ["Alert"], "commentable_id": alert["id"]}
    )
    refused(404, "POST", "/comments", {"body": "x", "commentable_type": "Alert", "commentable_id": "alt_x"})
    refused(404, "GET", "/comments/com_x")
    assert stored() == before
