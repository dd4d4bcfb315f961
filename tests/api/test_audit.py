"""Every change of configuration says who did it, which fields changed, and how; secrets are masked."""

from __future__ import annotations

import json

from chalicelib import ids
from chalicelib.accounts.differences import differences
from chalicelib.api.references import RESOURCES
from tests.api.configured import make


def changes(world, found):
    """The logs of changes of an object, oldest first."""
    rows = world.ok("GET", f"/logs?limit=100&owner_id={found['id']}")["data"]
    return [row for row in reversed(rows) if "change" in row["details"]]


def test_every_resource_leaves_a_log_of_each_change_that_names_the_caller(world):
    for prefix, resource in RESOURCES.items():
        found = make(world, prefix)
        path, written = f"/{resource.path}/{found['id']}", ["created"]
        if "update" in resource.verbs:
            world.ok("PUT", path, {"meta": {"a": 1}})
            world.ok("PUT", path, {"meta": {"a": 1}})  # changes nothing
            written.append("updated")
        world.ok("DELETE", path)
        logs = changes(world, found)
        assert [log["details"]["change"]["action"] for log in logs] == [*written, "deleted"]
        for log in logs:
            assert (log["owner_type"], log["owner_id"], log["format"]) == (resource.model, found["id"], "text")
            change = log["details"]["change"]
            assert change["name"] == "Ada Admin"
            assert change["account_user_id"] == world.account.user["id"]
            assert change["api_token_name"] == "First token"
            assert "by Ada Admin, API token First token" in log["details"]["message"]


def test_a_change_tells_its_fields_before_and_after(world):
    team = world.team("Ops")
    world.ok("PUT", f"/teams/{team['id']}", {"name": "Operations", "notes": "Call first"})
    log = changes(world, team)[-1]
    assert log["details"]["message"] == "updated by Ada Admin, API token First token: name, notes"
    change = log["details"]["change"]
    assert change["fields"] == ["name", "notes"]
    assert change["before"] == {"name": "Ops", "notes": None}
    assert change["after"] == {"name": "Operations", "notes": "Call first"}


def test_a_changed_secret_is_told_but_not_shown(world):
    integration = world.integration(option_token="s3cret-token")
    path = f"/integrations/{integration['id']}"
    world.ok("PUT", path, {"option_token": "n3w-secret-token", "option_rate_limit": 7})
    logs = changes(world, integration)
    assert logs[-1]["details"]["change"]["fields"] == ["options.token", "options.rate_limit"]
    assert logs[-1]["details"]["change"]["after"] == {"options.rate_limit": 7, "options.token": "********"}
    assert "s3cret" not in json.dumps(logs)
    assert "n3w" not in json.dumps(logs)


def test_teams_that_a_person_joins_say_so_in_their_own_logs(world, person):
    team = world.team("Ops")
    bob, _ = person("Bob", member_team_ids=[team["id"]])
    change = changes(world, team)[-1]["details"]["change"]
    assert change["fields"] == ["member_account_user_ids"]
    assert bob["id"] in change["after"]["member_account_user_ids"]


def test_tokens_of_a_deleted_person_are_told_as_deleted(world, person):
    bob, token = person("Bob")
    made = world.api("GET", "/me", token=token).json["api_token"]
    world.ok("DELETE", f"/account_users/{bob['id']}")
    log = changes(world, made)[-1]
    assert (log["owner_type"], log["details"]["change"]["action"]) == ("ApiToken", "deleted")


def test_what_the_operator_does_is_told_too(world, stranger):
    logs = world.api("GET", "/logs", token=stranger.token).json["data"]
    assert {(log["owner_type"], log["details"]["message"]) for log in logs} == {
        ("Account", "created by the operator"),
        ("AccountUser", "created by the operator"),
        ("ApiToken", "created by the operator"),
    }


def test_a_refused_change_leaves_no_log(world, refused):
    team = world.team("Ops")
    before = world.ok("GET", "/logs")["total_count"]
    refused(422, "PUT", f"/teams/{team['id']}", {"name": ""})
    refused(422, "POST", "/teams", {"name": ""})
    assert world.ok("GET", "/logs")["total_count"] == before


def test_a_log_of_a_change_is_bounded_whatever_changes(world):
    rules = "rules:\n" + "".join(f"- match: {{alert.title: a{n}}}\n  actions: [{{type: ignore}}]\n" for n in range(400))
    router = make(world, ids.ROUTER, rules=rules, meta={f"k{number}": "v" * 300 for number in range(90)})
    world.ok("PUT", f"/routers/{router['id']}", {"rules": rules.replace("a399", "b399")})
    first, last = changes(world, router)
    assert first["details"]["change"]["more_fields"] > 40
    assert len(json.dumps(first)) < 70_000
    assert "b399" in last["details"]["change"]["after"]["rules"]
    assert "a399" in last["details"]["change"]["before"]["rules"]
    assert len(json.dumps(last)) < 5000


def test_differences_of_nothing_are_none():
    found = {"id": "x", "version": 1, "a": {"b": [1]}, "c": "d"}
    assert differences(found, {**found, "version": 2, "updated_at": "now"}, dict)["fields"] == []
