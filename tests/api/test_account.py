"""Account users, teams, routers and stakeholders over HTTP."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest


@pytest.mark.parametrize("name", ["account_users", "teams", "routers", "stakeholders"])
def test_every_resource_is_retrieved_listed_updated_and_deleted_alike(world, one_of_each, person, name):
    found = world.ok("POST", "/teams", {**minimal(world), "name": "T"}) if name == "teams" else one_of_each[name]
    if name == "account_users":
        found, _ = person()
    if name == "routers":
        found = world.ok("POST", "/routers", {"name": "R", "default_receiver_team_id": one_of_each["teams"]["id"]})
    path = f"/{name}/{found['prefix_id']}"
    assert world.ok("GET", path) == found
    assert found in world.ok("GET", f"/{name}?limit=100")["data"]
    assert world.ok("PATCH", path, {"meta": {"a": 1}})["meta"] == {"a": 1}
    assert world.ok("PUT", path, {}) == {**found, "meta": {"a": 1}}
    assert world.api("DELETE", path).status == 204
    assert world.api("GET", path).status == 404
    assert world.api("PUT", path, {}).status == 404


def minimal(world):
    user = world.account.user["id"]
    return {"member_account_user_ids": [user], "admin_account_user_ids": [user]}


def test_a_team_has_the_documented_fields(world):
    user = world.account.user["id"]
    team = world.team("Ops", notes="Call first", drop_notifications="team_all")
    assert team["member_account_user_ids"] == team["admin_account_user_ids"] == [user]
    assert (team["notes"], team["drop_notifications"], team["handoff_notifications"]) == (
        "Call first",
        "team_all",
        "none",
    )
    for name in ("schedule_id", "escalation_policy_id", "attachments"):
        assert name in team
    assert world.ok("GET", f"/teams/{team['id']}/current_oncall") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"member_account_user_ids": []}, "member_account_user_ids can't be blank"),
        ({"admin_account_user_ids": []}, "admin_account_user_ids can't be blank"),
        ({"name": " "}, "name can't be blank"),
        ({"drop_notifications": "some"}, "drop_notifications must be none, team_all"),
        ({"member_account_user_ids": ["usr_nope"]}, "member_account_user_ids has no match for usr_nope"),
        ({"member_account_user_ids": "usr_nope"}, "member_account_user_ids has no match for usr_nope"),
        ({"member_account_user_ids": ["x"] * 501}, "member_account_user_ids is invalid: list should have at most 500"),
        ({"meta": []}, "meta is invalid"),
    ],
)
def test_a_team_with_a_fault_is_refused(world, refused, stored, change, message):
    before = stored()
    assert message in refused(422, "POST", "/teams", {"name": "x", **minimal(world), **change})
    assert stored() == before


def test_what_is_in_use_cannot_be_deleted(world, one_of_each, refused):
    team, router, integration = (one_of_each[name] for name in ("teams", "routers", "integrations"))
    message = refused(409, "DELETE", f"/teams/{team['id']}")
    assert router["prefix_id"] in message
    assert integration["prefix_id"] in message
    assert world.ok("GET", f"/teams/{team['id']}") == team


def test_a_person_is_made_in_the_nested_notation_of_the_documents(world):
    team = world.team()
    body = {
        "roles": {"broadcaster": True},
        "member_team_ids": [team["prefix_id"]],
        "user_attributes": {
            "name": "Bob",
            "notify_sms": "0",
            "emails_attributes": [{"email": "Bob@Example.com"}, {"email": "b@example.com"}],
            "phones_attributes": [{"phone": "+14155550100"}],
        },
    }
    made = world.ok("POST", "/account_users", body)
    assert made["roles"] == {"admin": False, "billing": False, "broadcaster": True, "communicator": False}
    user = made["user"]
    assert (user["name"], user["notify_sms"], user["notify_push"]) == ("Bob", False, True)
    assert [(entry["email"], entry["primary"]) for entry in user["emails"]] == [
        ("bob@example.com", True),
        ("b@example.com", False),
    ]
    assert [(entry["phone"], entry["primary"]) for entry in user["phones"]] == [("+14155550100", True)]
    assert made["id"] in world.ok("GET", f"/teams/{team['id']}")["member_account_user_ids"]


def test_a_person_is_made_from_a_form(world):
    pairs = [
        ("user_attributes[name]", "Bob"),
        ("user_attributes[emails_attributes][][email]", "bob@example.com"),
        ("user_attributes[emails_attributes][][email]", "b@example.com"),
        ("roles[admin]", "true"),
    ]
    made = world.api(
        "POST", "/account_users", urlencode(pairs), **{"Content-Type": "application/x-www-form-urlencoded"}
    ).json
    assert [entry["email"] for entry in made["user"]["emails"]] == ["bob@example.com", "b@example.com"]
    assert made["roles"]["admin"] is True


def test_addresses_are_added_changed_and_removed_one_by_one(world, person):
    member, _ = person()
    path, (first,) = f"/account_users/{member['id']}", member["user"]["emails"]

    def write(*entries):
        changed = world.ok("PUT", path, {"user_attributes": {"emails_attributes": list(entries)}})
        return [(entry["email"], entry["primary"]) for entry in changed["user"]["emails"]]

    assert write({"email": "b@example.com"}) == [("bob@example.com", True), ("b@example.com", False)]
    assert write({"id": first["id"], "email": "bobby@example.com"}) == [
        ("bobby@example.com", True),
        ("b@example.com", False),
    ]
    assert write({"id": first["id"], "_destroy": True}) == [("b@example.com", True)]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"name": ""}, "user_attributes.name can't be blank"),
        ({"emails_attributes": []}, "user_attributes.emails_attributes can't be blank"),
        ({"emails_attributes": [{"email": "nope"}]}, "user_attributes.emails_attributes.0.email is no e-mail address"),
        ({"phones_attributes": [{"phone": "12"}]}, "user_attributes.phones_attributes.0.phone is no phone number"),
        ({"emails_attributes": [{"email": "a@b.co"}, {"email": "A@b.co"}]}, "has an address twice"),
        ({"emails_attributes": [{"id": "x", "email": "a@b.co"}]}, "emails_attributes.0.id has no match for x"),
    ],
)
def test_a_person_with_a_fault_is_refused(refused, stored, attributes, message):
    before = stored()
    given = {"name": "x", "emails_attributes": [{"email": "x@example.com"}], **attributes}
    assert message in refused(422, "POST", "/account_users", {"user_attributes": given})
    assert stored() == before


def test_faults_of_the_frame_around_a_person_are_named(refused):
    person = {"name": "x", "emails_attributes": [{"email": "x@example.com"}]}
    assert "roles must be an object" in refused(
        422, "POST", "/account_users", {"roles": ["admin"], "user_attributes": person}
    )
    assert "user_attributes must be an object" in refused(422, "POST", "/account_users", {"user_attributes": [1]})
    assert "emails_attributes must be a list" in refused(
        400, "POST", "/account_users", {"user_attributes": {"emails_attributes": {"²": {}}}}
    )
    assert "team_ids has no match" in refused(
        422, "POST", "/account_users", {"user_attributes": person, "team_ids": ["tem_x"]}
    )


def test_an_address_belongs_to_one_person_of_an_account(world, person, refused, stranger):
    person("Bob")
    body = {"user_attributes": {"name": "x", "emails_attributes": [{"email": "BOB@example.com"}]}}
    assert "same e-mail address" in refused(409, "POST", "/account_users", body)
    assert world.api("POST", "/account_users", body, stranger.token).status == 201
    assert world.ok("GET", "/account_users?q=bob")["total_count"] == 1


def test_a_freed_address_can_be_used_again(world, person):
    member, _ = person("Bob")
    world.ok("DELETE", f"/account_users/{member['id']}")
    assert person("Bob")[0]["user"]["name"] == "Bob"


def test_the_account_keeps_an_admin(world, refused):
    path = f"/account_users/{world.account.user['id']}"
    assert "at least one admin" in refused(409, "PUT", path, {"roles": {"admin": False}})
    assert "at least one admin" in refused(409, "DELETE", path)


def test_teams_given_with_a_person_replace_the_memberships(world):
    first, second = world.team("A"), world.team("B")
    body = {
        "user_attributes": {"name": "x", "emails_attributes": [{"email": "x@example.com"}]},
        "team_ids": [first["id"]],
    }
    made = world.ok("POST", "/account_users", body)

    def teams():
        listed = world.ok("GET", "/teams?sort=name&direction=asc")["data"]
        return [team["name"] for team in listed if made["id"] in team["member_account_user_ids"]]

    assert teams() == ["A"]
    path = f"/account_users/{made['id']}"
    world.ok("PUT", path, {"user_attributes": {"name": "y"}})
    assert teams() == ["A"]
    world.ok("PUT", path, {"member_team_ids": [second["prefix_id"]]})
    assert teams() == ["B"]
    world.ok("PUT", path, {"member_team_ids": []})
    assert teams() == []


def test_a_router_keeps_its_rules_and_several_default_receivers(world, refused):
    team, user = world.team(), world.account.user
    rules = f"rules:\n- match: {{always: true}}\n  actions:\n  - {{type: assign, receiver: {team['prefix_id']}}}\n"
    router = world.ok(
        "POST",
        "/routers",
        {
            "name": "r",
            "rules": rules,
            "default_receiver_team_id": team["id"],
            "default_receiver_account_user_id": user["id"],
        },
    )
    assert (router["rules"], router["enabled"]) == (rules, True)
    path = f"/routers/{router['id']}"
    assert world.ok("PUT", path, {"default_receiver_team_id": None})["default_receiver_team_id"] is None
    assert "at least one default receiver" in refused(422, "PUT", path, {"default_receiver_account_user_id": ""})
    assert "cannot be the router itself" in refused(
        422, "PUT", path, {"default_receiver_router_id": router["prefix_id"]}
    )
    assert "rules: " in refused(422, "PUT", path, {"rules": "rules: [x"})
    assert "rules is invalid" in refused(422, "PUT", path, {"rules": {"rules": []}})
    assert world.ok("PUT", path, {"rules": None})["rules"] == ""


def test_stakeholders_name_somebody(world, refused):
    assert "at least one person" in refused(422, "POST", "/stakeholders", {"name": "x"})
    assert "emails.0 is no e-mail address" in refused(422, "POST", "/stakeholders", {"name": "x", "emails": ["x"]})
    assert "events.0 must be" in refused(
        422, "POST", "/stakeholders", {"name": "x", "emails": ["a@b.co"], "events": ["alert.eaten"]}
    )
    made = world.ok("POST", "/stakeholders", {"name": "x", "account_user_ids": [world.account.user["prefix_id"]]})
    assert made["account_user_ids"] == [world.account.user["id"]]
    assert made["prefix_id"].startswith("stk_")
