"""Who may do what: tokens, roles, and accounts that know nothing of each other."""

from __future__ import annotations

import pytest

PREFIX = "/api/v4"
PUBLIC = ("/api/v4/health", "/api/v4/openapi.json")


def api_routes(world):
    """(method, path under /api/v4) of every route that needs a token."""
    for path, methods in world.app.routes.items():
        if path.startswith(PREFIX) and path not in PUBLIC:
            yield from ((method, path.removeprefix(PREFIX)) for method in methods)


def test_every_route_asks_for_a_token(world):
    routes = list(api_routes(world))
    assert len(routes) > 40
    for method, path in routes:
        for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": "Bearer "}, {"Authorization": "\xff"}):
            answer = world.http(method, PREFIX + path.replace("{id}", "x"), None, headers)
            assert (method, path, answer.status) == (method, path, 401)
            assert answer.json["code"] == 401
            assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_scheme_of_a_token_is_written_in_any_case(world):
    assert world.http("GET", "/api/v4/teams", None, {"Authorization": f"bearer {world.token}"}).status == 200


def test_a_token_ends_with_its_account_user(world, person, refused):
    member, token = person()
    assert world.api("GET", "/teams", token=token).status == 200
    world.ok("DELETE", f"/account_users/{member['id']}")
    assert "a valid API token is required" in refused(401, "GET", "/teams", token=token)


def test_errors_of_the_framework_have_the_shape_of_all_others(refused):
    assert refused(405, "DELETE", "/alerts") == "Unsupported method: DELETE"
    assert refused(405, "PUT", "/logs/log_1")


def test_an_unforeseen_failure_is_a_500_that_tells_nothing(world, refused, monkeypatch):
    from chalicelib.storage import configuration

    def fail(*arguments):
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(configuration, "rows", fail)
    assert refused(500, "GET", "/teams") == "an internal error occurred"


def test_a_lost_race_is_a_409(world, refused, monkeypatch):
    from chalicelib.storage import dynamo, edits

    team = world.team()

    def lose(*arguments):
        raise dynamo.Clash([0], [None], True)

    monkeypatch.setattr(edits, "commit", lose)
    monkeypatch.setattr(dynamo, "back_off", lambda attempt: None)
    assert "retry" in refused(409, "PUT", f"/teams/{team['id']}", {"name": "New"})


def test_no_route_knows_the_objects_of_another_account(world, one_of_each, stranger, stored):
    before = stored()
    routes = [(m, p) for m, p in api_routes(world) if "{id}" in p and not p.startswith("/integration_types")]
    assert len(routes) > 30
    body = {"name": "Mine", "body": "Mine", "note": "Mine", "request": {"body": "{}"}, "title": "Mine"}
    body["destination_account_user_ids"] = [stranger.user["id"]]
    for method, path in routes:
        found = one_of_each[path.split("/")[1]]
        for form in ("id", "prefix_id"):
            answer = world.api(
                method, path.replace("{id}", found[form]), body if method != "GET" else None, stranger.token
            )
            assert (method, path, form, answer.status) == (method, path, form, 404)
    assert stored() == before


def test_no_list_shows_or_counts_the_objects_of_another_account(world, one_of_each, stranger):
    team, integration = one_of_each["teams"], one_of_each["integrations"]
    own = {"/integration_types", "/account_users", "/api_tokens", "/logs", "/me"}
    lists = [path for method, path in api_routes(world) if method == "GET" and "{id}" not in path]
    assert len(lists) >= 11
    for path in lists:
        answer = world.api("GET", path, token=stranger.token)
        assert world.account.account["id"] not in answer.text
        if path not in own:
            assert (path, answer.json["total_count"], answer.json["data"]) == (path, 0, [])
    for query in (
        f"/alerts?destination_team_ids={team['id']}",
        f"/alerts?destination_team_ids={team['prefix_id']}",
        f"/alerts?source_id={integration['id']}",
        f"/alerts?source_id={integration['prefix_id']}",
        "/alerts?thirdparty_id=k",
        f"/alerts?id={one_of_each['alerts']['id']}",
        f"/logs?owner_id={integration['id']}",
        f"/logs?owner_id={integration['prefix_id']}",
        f"/logs?owner_id={one_of_each['alerts']['id']}",
        f"/comments?commentable_id={one_of_each['alerts']['id']}",
        "/account_users?q=Ada",
    ):
        found = world.api("GET", query, token=stranger.token).json
        assert (query, found["total_count"], found["data"]) == (query, 0, [])


@pytest.mark.parametrize("form", ["id", "prefix_id"])
def test_nothing_can_be_made_to_point_at_another_account(world, one_of_each, stranger, stored, form):
    theirs = {name: found[form] for name, found in one_of_each.items()}
    own = stranger.user["id"]
    integration = {"name": "x", "urgency": "low", "integration_type_id": "webhook", "account_user_ids": [own]}
    alert = {"title": "x", "urgency": "low", "destination_account_user_ids": [own]}
    team = {"name": "x", "member_account_user_ids": [own], "admin_account_user_ids": [own]}
    router = {"name": "x", "default_receiver_account_user_id": own}
    user = {"user_attributes": {"name": "x", "emails_attributes": [{"email": "x@example.com"}]}}
    rules = "rules: [{match: {always: true}, actions: [{type: assign, receiver: %s}]}]"
    attempts = [
        ("/integrations", {**integration, "team_ids": [theirs["teams"]]}),
        ("/integrations", {**integration, "router_ids": [theirs["routers"]]}),
        ("/integrations", {**integration, "account_user_ids": [own, theirs["account_users"]]}),
        ("/alerts", {**alert, "destination_team_ids": [theirs["teams"]]}),
        ("/alerts", {**alert, "destination_router_ids": [theirs["routers"]]}),
        ("/alerts", {**alert, "destination_account_user_ids": [own, theirs["account_users"]]}),
        ("/teams", {**team, "member_account_user_ids": [own, theirs["account_users"]]}),
        ("/teams", {**team, "admin_account_user_ids": [theirs["account_users"]]}),
        ("/teams", {**team, "drop_notification_account_user_ids": [theirs["account_users"]]}),
        ("/teams", {**team, "handoff_notification_account_user_ids": [theirs["account_users"]]}),
        ("/routers", {**router, "default_receiver_team_id": theirs["teams"]}),
        ("/routers", {**router, "default_receiver_router_id": theirs["routers"]}),
        ("/routers", {**router, "default_receiver_account_user_id": theirs["account_users"]}),
        ("/routers", {**router, "rules": rules % one_of_each["teams"]["prefix_id"]}),
        ("/stakeholders", {"name": "x", "account_user_ids": [theirs["account_users"]]}),
        ("/account_users", {**user, "member_team_ids": [theirs["teams"]]}),
        ("/account_users", {**user, "team_ids": [theirs["teams"]]}),
    ]
    before = stored()
    for path, body in attempts:
        answer = world.api("POST", path, body, stranger.token)
        assert (path, body, answer.status) == (path, body, 422)
        assert "no match" in answer.text or "does not exist" in answer.text
    comment = {"body": "x", "commentable_type": "Alert", "commentable_id": theirs["alerts"]}
    assert world.api("POST", "/comments", comment, stranger.token).status == 404
    assert stored() == before


def test_a_member_reads_everything_and_works_on_alerts(world, one_of_each, person):
    _, token = person()
    for method, path in api_routes(world):
        if method == "GET":
            name = path.split("/")[1]
            identifier = "webhook" if name == "integration_types" else one_of_each.get(name, {}).get("id", "")
            expected = 404 if path == "/api_tokens/{id}" else 200  # it is another's
            assert (path, world.api("GET", path.replace("{id}", identifier), token=token).status) == (path, expected)
    alert = one_of_each["alerts"]["id"]
    made = {"title": "x", "urgency": "low", "destination_team_ids": [one_of_each["teams"]["id"]]}
    assert world.api("POST", f"/alerts/{alert}/acknowledge", token=token).status == 200
    assert world.api("POST", f"/alerts/{alert}/resolve", token=token).status == 200
    assert world.api("POST", f"/alerts/{alert}/comments", {"body": "x"}, token).status == 201
    assert world.api("POST", "/alerts", made, token).status == 201


def test_a_member_configures_nothing(world, one_of_each, person, refused, stored):
    _, token = person()
    before = stored()
    for name in ("teams", "account_users", "stakeholders", "routers", "integrations"):
        path = f"/{name}/{one_of_each[name]['id']}"
        assert "admin" in refused(403, "POST", f"/{name}", {"name": "x"}, token)
        for method in ("PUT", "PATCH", "DELETE"):
            assert "admin" in refused(403, method, path, {"name": "x"}, token)
    assert refused(403, "POST", f"/logs/{one_of_each['logs']['id']}/replay", None, token)
    assert stored() == before


def test_an_alert_is_changed_and_deleted_by_an_admin_or_its_creator(world, one_of_each, person, refused):
    _, token = person()
    path = f"/alerts/{one_of_each['alerts']['id']}"
    refused(403, "PUT", path, {"title": "Mine"}, token)
    refused(403, "DELETE", path, None, token)
    made = {"title": "x", "urgency": "low", "destination_team_ids": [one_of_each["teams"]["id"]]}
    own = world.api("POST", "/alerts", made, token).json["id"]
    assert world.api("PUT", f"/alerts/{own}", {"title": "y"}, token).json["title"] == "y"
    assert world.api("DELETE", f"/alerts/{own}", None, token).status == 204
    assert world.api("DELETE", path).status == 204


def test_a_team_admin_manages_their_own_team_only(world, person, refused):
    member, token = person()
    own = world.team("Own", admin_account_user_ids=[member["id"]])
    other = world.team("Other")
    assert world.api("PUT", f"/teams/{own['id']}", {"notes": "Hi"}, token).json["notes"] == "Hi"
    refused(403, "PUT", f"/teams/{other['id']}", {"notes": "Hi"}, token)


def test_a_member_changes_their_own_name_but_neither_roles_nor_teams(world, person, refused):
    member, token = person()
    team = world.team()
    path = f"/account_users/{member['id']}"
    renamed = world.api("PUT", path, {"user_attributes": {"name": "Robert"}}, token).json
    assert renamed["user"]["name"] == "Robert"
    for change in ({"roles": {"admin": True}}, {"member_team_ids": [team["id"]]}, {"team_ids": [team["id"]]}):
        refused(403, "PUT", path, change, token)
    refused(403, "DELETE", path, None, token)
    assert member["id"] not in world.ok("GET", f"/teams/{team['id']}")["member_account_user_ids"]


def test_a_secret_option_is_shown_to_admins_only_and_never_in_logs(world, person):
    _, token = person()
    integration = world.integration(option_token="s3cret-token")
    path = f"/integrations/{integration['id']}"
    assert world.ok("GET", path)["options"]["token"] == "s3cret-token"
    shown = [world.api("GET", path, token=token), world.api("GET", "/integrations", token=token)]
    assert world.hook(integration, {"event_type": "create", "Title": "x"}, **{"pagertree-token": "wrong"}).status == 403
    body = {"event_type": "create", "Title": "x", "seen": "s3cret-token"}
    assert world.hook(integration, body, **{"pagertree-token": "s3cret-token"}).status == 200
    world.deliver()
    assert len(world.alerts()) == 1
    shown += [world.api("GET", "/logs?limit=100"), world.api("GET", "/logs?limit=100", token=token)]
    assert all(answer.status == 200 and "s3cret" not in answer.text for answer in shown)


def test_a_masked_secret_that_comes_back_is_no_change(world):
    integration = world.integration(option_token="s3cret-token")
    options = {**integration["options"], "token": "********"}
    path = f"/integrations/{integration['id']}"
    assert world.ok("PUT", path, {"options": options})["options"]["token"] == "s3cret-token"
    assert world.ok("PUT", path, {"option_token": ""})["options"]["token"] is None
