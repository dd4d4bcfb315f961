"""API tokens: made, listed, used until they expire or are revoked; and who the caller is."""

from __future__ import annotations

import pytest

from chalicelib.storage import clients, configuration


def make(world, name="Terraform", token=None, **fields):
    answer = world.api("POST", "/api_tokens", {"name": name, **fields}, token)
    assert answer.status == 201, answer.text
    return answer.json


def test_a_token_works_once_it_is_made_and_its_secret_is_shown_this_once(world):
    made = make(world)
    secret = made.pop("token")
    assert len(secret) == 32
    assert world.api("GET", "/teams", token=secret).status == 200
    shown = [world.api("GET", "/api_tokens"), world.api("GET", f"/api_tokens/{made['id']}"), world.api("GET", "/logs")]
    assert all(answer.status == 200 and secret not in answer.text for answer in shown)
    assert all(configuration.token_digest(secret) not in answer.text for answer in shown)
    assert made["account_user_id"] == world.account.user["id"]
    assert (made["name"], made["expires_at"], made["last_used_at"]) == ("Terraform", None, None)


def test_the_secret_itself_is_stored_nowhere(world):
    secret = make(world)["token"]
    world.api("GET", "/me", token=secret)
    database = clients.dynamodb()
    for name in database.list_tables()["TableNames"]:
        assert secret not in str(database.scan(TableName=name)["Items"])


def test_a_revoked_token_works_nowhere_from_then_on(world, refused):
    made = make(world)
    assert world.api("GET", "/teams", token=made["token"]).status == 200  # and so any cache knows it
    assert world.api("DELETE", f"/api_tokens/{made['id']}").status == 204
    assert "a valid API token is required" in refused(401, "GET", "/teams", None, made["token"])
    assert world.api("GET", f"/api_tokens/{made['id']}").status == 404
    assert [token["name"] for token in world.ok("GET", "/api_tokens")["data"]] == ["First token"]


def test_a_role_taken_away_is_gone_at_the_next_call(world, person, refused):
    member, token = person("Bob", roles={"admin": True})
    assert world.api("POST", "/stakeholders", {"name": "A", "emails": ["a@b.co"]}, token).status == 201
    world.ok("PUT", f"/account_users/{member['id']}", {"roles": {"admin": False}})
    refused(403, "POST", "/stakeholders", {"name": "B", "emails": ["a@b.co"]}, token)


def test_a_token_can_revoke_itself(world):
    made = make(world)
    assert world.api("DELETE", f"/api_tokens/{made['id']}", None, made["token"]).status == 204
    assert world.api("GET", "/me", token=made["token"]).status == 401


def test_a_token_expires_at_its_time_and_says_so(world, refused):
    made = make(world, expires_at="2026-03-02T10:00:00+01:00"[:19].replace("T10", "T12") + "Z")
    assert made["expires_at"] == "2026-03-02T12:00:00.000Z"
    world.clock.shift(3 * 3600 - 1)
    assert world.api("GET", "/teams", token=made["token"]).status == 200
    world.clock.shift(1)
    assert refused(401, "GET", "/teams", None, made["token"]) == (
        "this API token expired at 2026-03-02T12:00:00.000Z: make another"
    )
    assert world.ok("GET", f"/api_tokens/{made['id']}")["expires_at"] == made["expires_at"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "name can't be blank"),
        ({"name": "x", "expires_at": "soon"}, "expires_at is no time in ISO 8601"),
        ({"name": "x", "expires_at": "2026-03-02T09:00:00Z"}, "expires_at must be in the future"),
        ({"name": "x", "expires_at": "2026-03-02T10:00:00+01:00"}, "expires_at must be in the future"),
        ({"name": "x", "account_user_id": "usr_00000000000000"}, "account_user_id has no match"),
    ],
)
def test_a_token_with_a_fault_is_refused(refused, stored, fields, message):
    before = stored()
    assert message in refused(422, "POST", "/api_tokens", fields)
    assert stored() == before


def test_the_last_use_is_noted_once_an_hour(world):
    made = make(world)
    path = f"/api_tokens/{made['id']}"

    def used():
        assert world.api("GET", "/teams", token=made["token"]).status == 200
        return world.ok("GET", path)["last_used_at"], world.ok("GET", "/api_tokens?q=terraform")["data"][0][
            "last_used_at"
        ]

    assert used() == ("2026-03-02T09:00:00.000Z",) * 2
    world.clock.shift(3599)
    assert used() == ("2026-03-02T09:00:00.000Z",) * 2
    world.clock.shift(1)
    assert used() == ("2026-03-02T10:00:00.000Z",) * 2


def test_members_make_and_see_their_own_tokens_only(world, person, refused, stored):
    bob, token = person("Bob")
    own = make(world, "Bob's script", token)
    assert own["account_user_id"] == bob["id"]
    assert {row["name"] for row in world.api("GET", "/api_tokens", token=token).json["data"]} == {
        "Bob's script",
        "Bob's token",
    }
    others = next(row for row in world.ok("GET", "/api_tokens")["data"] if row["name"] == "First token")
    before = stored()
    assert refused(404, "GET", f"/api_tokens/{others['id']}", None, token) == "API token not found"
    assert refused(404, "DELETE", f"/api_tokens/{others['id']}", None, token)
    stolen = {"name": "x", "account_user_id": world.account.user["id"]}
    assert "only an admin" in refused(403, "POST", "/api_tokens", stolen, token)
    assert stored() == before
    assert world.api("DELETE", f"/api_tokens/{own['id']}", None, token).status == 204


def test_an_admin_makes_lists_and_revokes_anyones(world, person):
    bob, _ = person("Bob")
    made = make(world, "For Bob", account_user_id=bob["prefix_id"])
    assert world.api("GET", "/me", token=made["token"]).json["account_user"]["id"] == bob["id"]
    listed = world.ok("GET", f"/api_tokens?account_user_id={bob['id']}")
    assert (listed["total_count"], {row["name"] for row in listed["data"]}) == (2, {"For Bob", "Bob's token"})
    assert world.api("DELETE", f"/api_tokens/{made['prefix_id']}").status == 204
    assert world.api("GET", "/me", token=made["token"]).status == 401


def test_the_tokens_of_a_person_go_with_them(world, person, refused):
    bob, token = person("Bob")
    make(world, "Another", token)
    world.ok("DELETE", f"/account_users/{bob['id']}")
    refused(401, "GET", "/me", None, token)
    assert world.ok("GET", "/api_tokens")["total_count"] == 1


def test_the_caller_is_told_who_they_are(world, person):
    bob, token = person("Bob", roles={"communicator": True})
    team = world.team("Ops", admin_account_user_ids=[bob["id"]])
    world.team("Others")
    me = world.api("GET", "/me", token=token).json
    assert me["account_user"] == world.ok("GET", f"/account_users/{bob['id']}")
    assert (me["account"]["id"], me["account"]["name"]) == (world.account.account["id"], "Acme")
    assert me["roles"] == {"admin": False, "billing": False, "broadcaster": False, "communicator": True}
    assert me["teams"] == [{"id": team["id"], "prefix_id": team["prefix_id"], "name": "Ops", "admin": True}]
    assert me["api_token"]["name"] == "Bob's token"


@pytest.mark.parametrize("secret", ["\ud800", "x" * 5000, "token#", "é"])
def test_odd_secrets_are_no_tokens(world, secret):
    answer = world.http("GET", "/api/v4/teams", None, {"Authorization": f"Bearer {secret}"})
    assert answer.status == 401
