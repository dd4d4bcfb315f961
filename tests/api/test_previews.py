"""Dry runs: the answers that the design documents, and nothing stored or sent."""

from __future__ import annotations

import json

import pytest

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.examples import request_of

CREATE = {"event_type": "create", "Id": "k", "Title": "Disk full", "Description": "d", "urgency": "high", "tags": ["a"]}
DRAFT = {
    "title", "description", "urgency", "incident", "incident_severity", "incident_message", "meta", "dedup_keys",
    "additional_data", "tags",
}  # fmt: skip


def request(body, **fields):
    text = body if isinstance(body, str) else json.dumps(body)
    return {"method": "POST", "headers": {"content-type": "application/json"}, "query": {}, "body": text, **fields}


def test_a_preview_of_a_type_shows_what_its_adapter_makes_of_a_request(world, stored):
    before = stored()
    kind = world.ok("GET", "/integration_types/webhook")
    for name in ("webhook", kind["id"], kind["prefix_id"]):
        found = world.ok("POST", f"/integration_types/{name}/preview", {"options": {}, "request": request(CREATE)})
        assert {"blocked", "action", "thirdparty_id", "alert"} <= set(found)
        assert (found["blocked"], found["action"], found["thirdparty_id"]) == (False, "create", "k")
        assert set(found["alert"]) == DRAFT
        assert (found["alert"]["title"], found["alert"]["urgency"], found["alert"]["tags"]) == (
            "Disk full",
            "high",
            ["a"],
        )
    assert stored() == before


def test_a_preview_knows_actions_without_an_alert_and_blocked_senders(world):
    path = "/integration_types/webhook/preview"
    resolve = world.ok("POST", path, {"options": {}, "request": request({"event_type": "resolve", "Id": "k"})})
    assert (resolve["action"], resolve["thirdparty_id"], resolve["alert"]) == ("resolve", "k", None)
    other = world.ok("POST", path, {"request": request("junk")})
    assert (other["action"], other["alert"]) == ("other", None)
    for headers, blocked in (({}, True), ({"Pagertree-Token": "no"}, True), ({"Pagertree-Token": "yes"}, False)):
        given = {"options": {"token": "yes"}, "request": request(CREATE, headers=headers)}
        assert world.ok("POST", path, given)["blocked"] is blocked


def test_a_preview_of_every_type_answers_its_example(world):
    for slug in adapters.slugs():
        case = load_examples(slug)["create"]
        sent = request_of(case)
        given = {
            "options": case.get("options", {}),
            "integration": {"urgency": "low", "prefix_id": "int_0123456789ABCD", "name": "Mine"},
            "request": {
                "method": sent.method,
                "headers": dict(sent.headers),
                "query": {name: values[0] for name, values in sent.query.items()},
                "body": sent.text,
            },
        }
        answer = world.api("POST", f"/integration_types/{slug}/preview", given)
        assert answer.status == 200, (slug, answer.text)
        assert (slug, answer.json["action"]) == (slug, case["expect"]["action"])
        assert set(answer.json["alert"]) == DRAFT


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "request must be an object"),
        ({"request": "x"}, "request must be an object"),
        ({"request": {"body": {"a": 1}}}, "request.body must be text"),
        ({"request": {"headers": []}}, None),
        ({"request": {"headers": "x"}}, "request.headers must be a map of texts"),
        ({"request": {"query": {"a": ["b"]}}}, "request.query must be a map of texts"),
        ({"request": {}, "options": "x"}, "options must be an object"),
        ({"request": {}, "integration": "x"}, "integration must be an object"),
        ({"request": {}, "options": {"capture_additional_data": "maybe"}}, "option_capture_additional_data must be"),
    ],
)
def test_a_preview_with_a_fault_names_it(world, refused, body, message):
    if message is None:
        assert world.api("POST", "/integration_types/webhook/preview", body).status == 200
    else:
        assert message in refused(422, "POST", "/integration_types/webhook/preview", body)


def test_a_preview_of_an_unknown_type_is_404(refused):
    assert refused(404, "POST", "/integration_types/nope/preview", {}) == "integration type not found"


def test_the_preview_of_an_integration_tells_what_would_come_of_a_request(world, stored):
    team = world.team()
    rules = f"rules:\n- match: {{always: true}}\n  actions:\n  - {{type: assign, receiver: {team['prefix_id']}}}\n"
    router = world.ok(
        "POST", "/routers", {"name": "r", "rules": rules, "default_receiver_account_user_id": world.account.user["id"]}
    )
    integration = world.integration(
        router_ids=[router["id"]],
        option_title_template="[{{data.Id}}] {{data.Title}}",
        option_title_template_enabled=True,
    )

    def preview(event_type):
        before = stored()
        body = {"request": request({**CREATE, "event_type": event_type})}
        found = world.ok("POST", f"/integrations/{integration['prefix_id']}/preview", body)
        assert stored() == before
        return found

    found = preview("create")
    assert (found["correlation"], found["alert"]["title"]) == ("new", "[k] Disk full")
    assert found["destinations"] == [team["prefix_id"]]
    assert router["prefix_id"] in json.dumps(found["routing"])
    assert preview("resolve")["correlation"] == "nothing"
    world.send(integration, CREATE)
    (alert,) = world.alerts()
    assert alert["title"] == found["alert"]["title"]
    assert alert["destination_team_ids"] == [team["id"]]
    assert preview("create")["correlation"] == f"duplicate of {alert['prefix_id']}"
    assert preview("resolve")["correlation"] == f"resolve {alert['prefix_id']}"
    assert preview("acknowledge")["correlation"] == f"acknowledge {alert['prefix_id']}"
    assert preview("dance")["correlation"] == "nothing"
    world.send(integration, {**CREATE, "event_type": "resolve"})
    assert preview("create")["correlation"] == "new"
    assert preview("resolve")["correlation"] == "nothing"


def test_the_preview_of_an_integration_shows_a_blocked_sender(world):
    integration = world.integration(option_token="s3cret")
    found = world.ok("POST", f"/integrations/{integration['id']}/preview", {"request": request(CREATE)})
    assert (found["blocked"], found["correlation"], found["destinations"]) == (True, "nothing", [])


def test_rules_are_previewed_over_an_alert(world, stored):
    before = stored()
    rules = """
rules:
- match: {alert.title: {$regex: disk, $options: i}}
  actions:
  - {type: setval, map: {urgency: critical}}
  - {type: assign, receiver: tem_0123456789ABCD, delay: 5m}
"""
    given = {
        "rules": rules,
        "alert": {"title": "Disk full", "urgency": "low"},
        "log": None,
        "now": "2026-03-01T08:15:00Z",
    }
    found = world.ok("POST", "/routers/preview", given)
    assert {"errors", "matched", "actions", "alert", "receivers", "delay_ms", "suppressed", "aggregate", "stakeholders"} <= set(found)  # fmt: skip
    assert (found["errors"], found["matched"]) == ([], 0)
    assert found["alert"]["urgency"] == "critical"
    assert [action["type"] for action in found["actions"]] == ["setval", "assign"]
    assert found["receivers"] == ["tem_0123456789ABCD"]
    assert found["delay_ms"] == 300_000
    assert (found["suppressed"], found["aggregate"], found["stakeholders"]) == (False, None, [])
    missed = world.ok("POST", "/routers/preview", {**given, "alert": {"title": "CPU"}})
    assert (missed["matched"], missed["receivers"], missed["actions"]) == (None, [], [])
    broken = world.ok("POST", "/routers/preview", {**given, "rules": "rules: [{match: {a: {$zz: 1}}}]"})
    assert broken["errors"]
    assert stored() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rules": None}, "rules can't be blank"),
        ({"rules": {"a": 1}}, "rules must be YAML text"),
        ({"alert": []}, "alert must be an object"),
        ({"log": "x"}, "log must be an object or null"),
        ({"now": "soon"}, "now must be a time in ISO 8601"),
        ({"now": 5}, "now must be a time in ISO 8601"),
    ],
)
def test_a_preview_of_rules_with_a_fault_names_it(refused, change, message):
    assert message in refused(422, "POST", "/routers/preview", {"rules": "rules: []", "alert": {}, **change})


def test_templates_are_previewed_over_data(world, refused):
    given = {
        "template": "Sensor {{data.id}} {{data.state}} {{{data.state}}}",
        "data": {"data": {"id": 7, "state": "<b>"}},
    }
    assert world.ok("POST", "/templates/preview", given) == {"text": "Sensor 7 &lt;b&gt; <b>"}
    assert world.ok("POST", "/templates/preview", {"template": "plain"}) == {"text": "plain"}
    assert refused(422, "POST", "/templates/preview", {"template": "{{#if x"}).startswith("template ")
    assert refused(422, "POST", "/templates/preview", {}) == "template can't be blank"
    assert refused(422, "POST", "/templates/preview", {"template": 5}) == "template must be text"
    assert refused(422, "POST", "/templates/preview", {"template": "x", "data": "y"}) == "data must be an object"
