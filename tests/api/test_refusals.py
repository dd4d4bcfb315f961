"""Bad input gets a clear error that names the field, and nothing is stored."""

from __future__ import annotations

import pytest


@pytest.fixture
def valid(world):
    return {"name": "x", "urgency": "low", "integration_type_id": "webhook", "team_ids": [world.team()["id"]]}


def refusal(world, path, body, **headers):
    answer = world.api("POST", path, body, **headers)
    assert set(answer.json) == {"errors", "code"}
    assert answer.json["code"] == answer.status
    return answer.status, [error["message"] for error in answer.json["errors"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "name can't be blank"),
        ({"urgency": "loud"}, "urgency must be silent, low, medium, high or critical"),
        ({"integration_type_id": "nope"}, "integration_type_id has no match for nope"),
        ({"team_ids": ["tem_00000000000000"]}, "team_ids has no match for tem_00000000000000"),
        ({"team_ids": [{"id": 1}]}, "team_ids.0 is invalid: input should be a valid string"),
        ({"team_ids": []}, "team_ids, router_ids, account_user_ids: at least one destination is required"),
        ({"option_rate_limit": "abc"}, "option_rate_limit must be a whole number"),
        ({"option_capture_additional_data": {"a": 1}}, "option_capture_additional_data must be true or false"),
        ({"option_auto_resolve_timeout": "30s"}, "option_auto_resolve_timeout must be at least 15m"),
    ],
)
def test_an_integration_with_a_fault_is_refused_by_the_name_of_its_field(world, valid, change, message):
    assert refusal(world, "/integrations", {**valid, **change}) == (422, [message])
    assert world.ok("GET", "/integrations")["total_count"] == 0


def test_a_template_or_definition_with_a_fault_is_refused_when_it_is_saved(world, valid):
    status, (message,) = refusal(world, "/integrations", {**valid, "option_title_template": "{{#if"})
    assert status == 422
    assert message.startswith("option_title_template is no valid template:")
    custom = {
        **valid,
        "integration_type_id": "custom_webhook",
        "option_custom_definition": "rules:\n- match: {a: {$zz: 1}}",
    }
    status, messages = refusal(world, "/integrations", custom)
    assert status == 422
    assert "option_custom_definition" in messages[0]
    assert "line 2" in " ".join(messages)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[]", "request body must be a JSON object"),
        ('{"a": 1, "a": 2}', "request body has the key 'a' twice"),
        ('{"a": NaN}', "request body is not valid JSON: NaN is no number"),
        ("[" * 5000, "request body is nested too deeply"),
        ('{"a":' * 70 + "1" + "}" * 70, "request body is nested deeper than 64"),
        (b"\xff\xfe{", "request body is not valid UTF-8 at byte 0"),
        ("{bad", "request body is not valid JSON: Expecting property name enclosed in double quotes at line 1"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(world, body, message):
    assert refusal(world, "/teams", body, **{"Content-Type": "application/json"}) == (400, [message])


def test_a_body_of_two_megabytes_is_too_large(world):
    assert refusal(world, "/teams", b"x" * 2_000_000) == (413, ["request body is larger than 1 MiB"])


@pytest.mark.parametrize("body", ["name[=x", "a=1&a[b]=2"])
def test_form_data_that_cannot_be_nested_is_a_bad_request(world, body):
    status, (message,) = refusal(world, "/teams", body, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 400
    assert message.endswith("is badly nested")


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("limit=0", "limit must be a whole number of at least 1"),
        ("limit=abc", "limit must be a whole number of at least 1"),
        ("offset=-1", "offset must be a whole number of at least 0"),
        ("page=1&offset=2", "page and offset cannot be given together"),
        ("ops=name:foo", "ops has the unknown operator 'foo' for name"),
        ("ops=name:ne", "ops names name, but no parameter name is given"),
        ("direction=up", "direction must be asc or desc"),
        ("offset=10001", "offset reaches at most 10000"),
    ],
)
@pytest.mark.parametrize("path", ["/teams", "/alerts", "/logs", "/comments", "/integration_types"])
def test_a_list_call_with_a_fault_names_the_parameter(world, path, query, start):
    answer = world.api("GET", f"{path}?{query}")
    assert answer.status == 400
    assert answer.json["errors"][0]["message"].startswith(start)


def test_a_router_with_a_fault_says_where_in_its_rules(world):
    team = world.team()
    rules = "rules:\n- match: {alert.title: {$rgx: x}}\n  actions:\n  - {type: assign, receiver: tem_zzzzzzzzzzzzzz, delay: soon}"
    status, messages = refusal(world, "/routers", {"name": "r", "default_receiver_team_id": team["id"], "rules": rules})
    assert status == 422
    assert "rules: rules[0].match.alert.title.$rgx (line 2): unknown operator $rgx" in messages
    assert any(message.startswith("rules: rules[0].actions[0].delay (line 4)") for message in messages)


def test_without_a_good_token_the_answer_is_401_with_cors(world):
    for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": f"Basic {world.token}"}):
        answer = world.http("GET", "/api/v4/teams", headers=headers)
        assert answer.status == 401
        assert answer.json["code"] == 401
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_another_accounts_objects_are_not_found(world):
    from chalicelib.handling.accounts import create_account

    integration = world.integration()
    world.send(integration, {"event_type": "create", "Id": "k", "Title": "t"})
    (alert,) = world.alerts()
    (log,) = world.requests(integration)
    stranger = create_account("Other", "Eve", "eve@example.com", world.now).token
    for path in (
        f"/integrations/{integration['id']}",
        f"/teams/{integration['team_ids'][0]}",
        f"/alerts/{alert['id']}",
        f"/logs/{log['id']}",
    ):
        assert world.api("GET", path, token=stranger).status == 404
    assert world.api("POST", f"/alerts/{alert['id']}/resolve", token=stranger).status == 404
    assert world.api("POST", f"/logs/{log['id']}/replay", token=stranger).status == 404
    assert world.api("GET", "/alerts", token=stranger).json["total_count"] == 0
    foreign = {"title": "t", "urgency": "low", "destination_team_ids": integration["team_ids"]}
    assert world.api("POST", "/alerts", foreign, token=stranger).status == 422


def test_who_is_no_admin_reads_but_does_not_configure(world):
    from chalicelib.handling.accounts import create_token

    member = world.ok(
        "POST",
        "/account_users",
        {"user_attributes": {"name": "Bob", "emails_attributes": [{"email": "bob@example.com"}]}},
    )
    token = create_token({**member, "version": 1}, "Bob's", world.now)
    integration = world.integration(option_token="s3cret-token")
    assert world.api("GET", "/teams", token=token).status == 200
    shown = world.api("GET", f"/integrations/{integration['id']}", token=token).json
    assert shown["options"]["token"] == "********"
    assert world.api("POST", "/teams", {"name": "x"}, token=token).status == 403
    assert world.api("PUT", f"/integrations/{integration['id']}", {"name": "y"}, token=token).status == 403
    assert world.api("DELETE", f"/integrations/{integration['id']}", token=token).status == 403
