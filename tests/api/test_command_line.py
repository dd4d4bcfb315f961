"""The calls of the public command line client, as it sends them: JSON content type always, no body, numbers as flags."""

from __future__ import annotations

import pytest

HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "PagerTree-Python-CLI-Client/1.0",
    "Accept": "*/*",
    "Connection": "keep-alive",
}


@pytest.fixture
def cli(world):
    def call(method, path, body=None):
        answer = world.api(method, path, body, **HEADERS)
        assert answer.status < 400, (method, path, answer.text)
        if method != "DELETE":
            assert answer.json is not None
        return answer.json

    return call


@pytest.fixture
def team(cli, world):
    user = world.account.user["id"]
    return cli("POST", "/teams", {"name": "Ops", "member_account_user_ids": [user], "admin_account_user_ids": [user]})


def make(cli, team, **fields):
    meta = {"incident": False, "incident_severity": None, "incident_message": None}
    body = {"title": "t", "destination_team_ids": [team["id"]], "urgency": "medium", "tags": [], "meta": meta}
    return cli("POST", "/alerts", {**body, **fields})


def test_alerts_from_creation_to_deletion(cli, team):
    alert = make(cli, team, thirdparty_id="alias", description="d")
    listed = cli("GET", "/alerts?limit=10&offset=0&status=open&q=t")
    assert listed["total_count"] == 1
    assert listed["has_more"] is False
    assert all(listed["data"][0][name] for name in ("id", "title", "status"))
    shown = cli("GET", f"/alerts/{alert['id']}")
    receivers = {"destination_team_ids", "destination_router_ids", "destination_account_user_ids"}
    assert {"id", "status", "urgency", "tags", "thirdparty_id", "title", "description", "created_at"} <= set(shown)
    assert receivers <= set(shown)
    cli("POST", f"/alerts/{alert['id']}/comments", {"body": "b"})
    comments = cli("GET", f"/alerts/{alert['id']}/comments?limit=10&offset=0")
    assert comments["total_count"] == 1
    assert all(comments["data"][0][name] for name in ("created_at", "created_by_name", "body"))
    cli("DELETE", f"/alerts/{alert['id']}")


def test_an_alias_means_the_newest_alert_and_what_is_done_with_it_is_an_error(cli, team, refused):
    make(cli, team, thirdparty_id="alias")
    newest = make(cli, team, thirdparty_id="alias")
    for action in ("acknowledge", "resolve"):
        found = cli("GET", "/alerts?limit=1&offset=0&thirdparty_id=alias")
        assert (found["total_count"], found["data"][0]["id"]) == (2, newest["id"])
        assert cli("POST", f"/alerts/{newest['id']}/{action}")["id"] == newest["id"]
    assert "resolved" in refused(422, "POST", f"/alerts/{newest['id']}/acknowledge", None, None, **HEADERS)
    assert cli("GET", "/alerts?limit=1&offset=0&thirdparty_id=other") | {"next_cursor": None} == {
        "data": [],
        "has_more": False,
        "total_count": 0,
        "next_cursor": None,
        "total_count_exact": True,
    }


def test_teams_with_their_people(cli, team, refused):
    assert cli("GET", "/teams?limit=10&offset=0&q=ops")["data"][0]["name"] == "Ops"
    shown = cli("GET", f"/teams/{team['id']}")
    assert all(name in shown for name in ("id", "name", "notes", "created_at", "updated_at"))
    for identifier in (*shown["member_account_user_ids"], *shown["admin_account_user_ids"]):
        user = cli("GET", f"/account_users/{identifier}")["user"]
        assert user["name"]
        assert isinstance(user["emails"][0]["primary"], bool)
        assert user["phones"] == []
    assert cli("GET", f"/teams/{team['id']}/current_oncall") == []
    make(cli, team)
    assert cli("GET", f"/teams/{team['id']}/alerts?limit=10&offset=0")["total_count"] == 1
    assert cli("PUT", f"/teams/{team['id']}", {})["id"] == team["id"]
    empty = {"name": "x", "member_account_user_ids": [], "admin_account_user_ids": []}
    assert "can't be blank" in refused(422, "POST", "/teams", empty, None, **HEADERS)
    cli("DELETE", f"/teams/{team['id']}")


def test_users(cli, team):
    attributes = {"name": "Bob", "emails_attributes": [{"email": "bob@example.com"}]}
    made = cli(
        "POST", "/account_users", {"user_attributes": attributes, "roles": {"admin": True}, "team_ids": [team["id"]]}
    )
    assert made["roles"]["admin"] is True
    assert made["id"] in cli("GET", f"/teams/{team['id']}")["member_account_user_ids"]
    for row in cli("GET", "/account_users?limit=10&offset=0&q=bob")["data"]:
        assert row["roles"].items()
        assert row["user"]["emails"]
        assert row["user"]["phones"] == []
    assert cli("PUT", f"/account_users/{made['id']}", {"user_attributes": {"name": "B"}})["user"]["name"] == "B"
    assert cli("PUT", f"/account_users/{made['id']}", {})["id"] == made["id"]


def test_integrations_are_disabled_and_enabled(cli, team, world):
    integration = world.integration(team_ids=[team["id"]])
    path = f"/integrations/{integration['id']}"
    assert cli("PUT", path, {"enabled": False})["enabled"] is False
    listed = cli("GET", "/integrations?limit=10&offset=0&enabled=0")["data"]
    assert [(row["id"], row["integration_type"]["name"]) for row in listed] == [(integration["id"], "Webhook")]
    assert cli("GET", "/integrations?limit=10&offset=0&enabled=1")["data"] == []
    assert cli("PUT", path, {"enabled": True})["enabled"] is True
