"""The OpenAPI document says what the API does: every route, and answers that fit its schemas. And its page is safe."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib.api.openapi import docs_page, docs_policy, document
from chalicelib.intake.gateway import ROUTES
from signalbox.testing import World

BASE = "https://alerts.example.com/live"


@pytest.fixture(scope="module")
def described(signalbox_app: Any) -> dict[str, Any]:
    return document(BASE)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


def faults(described: dict[str, Any], schema: Any, value: Any) -> list[str]:
    """What of a value does not fit a schema of the document."""
    whole = {**schema, "components": described["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_the_document_is_valid_openapi(described: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_the_document_lists_every_route_and_no_other(signalbox_app: Any, described: dict[str, Any]) -> None:
    mounted = {path: tuple(methods) for path, methods in signalbox_app.routes.items()} | ROUTES
    routes = {(path, method) for path, methods in mounted.items() for method in methods}
    assert {(path, method) for path, method, _ in operations(described)} == routes


def test_the_document_and_its_page_know_that_integrations_have_a_place_of_their_own(signalbox_app: Any) -> None:
    place = "https://hooks.example.com"
    for path, _, operation in operations(document(BASE, place)):
        assert (operation.get("servers") == [{"url": place}]) == path.startswith("/integration/{id}")
    assert f"connect-src 'self' {place};" in docs_policy(place)
    assert "connect-src 'self';" in docs_policy()


def test_every_operation_has_a_summary_and_an_id_of_its_own(described: dict[str, Any]) -> None:
    assert [(path, method) for path, method, found in operations(described) if not found.get("summary")] == []
    ids = Counter(found["operationId"] for _, _, found in operations(described))
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_operation_has_a_described_tag(described: dict[str, Any]) -> None:
    used = {tag for _, _, found in operations(described) for tag in found["tags"]}
    assert used == {tag["name"] for tag in described["tags"]}


def test_every_schema_is_used(described: dict[str, Any]) -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", repr(described)))
    assert set(described["components"]["schemas"]) == used


def test_only_what_takes_no_token_is_open(world: World, described: dict[str, Any]) -> None:
    for path, method, found in operations(described):
        status = world.http(method, path.replace("{id}", "int_00000000000000")).status
        assert (status == 401) == ("security" not in found), (method, path, status)


def bodies(described: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for _, _, found in operations(described):
        media = found.get("requestBody", {}).get("content", {}).get("application/json")
        for example in (media or {}).get("examples", {}).values():
            yield found["operationId"], media["schema"], example["value"]


def test_every_json_body_has_examples_that_fit_its_schema(described: dict[str, Any]) -> None:
    with_examples = {name for name, _, _ in bodies(described)}
    taking = {o["operationId"] for *_, o in operations(described) if "application/json" in str(o.get("requestBody"))}
    assert with_examples == taking
    assert {name: found for name, s, v in bodies(described) if (found := faults(described, s, v))} == {}


def with_ids(world: World, value: Any) -> Any:
    """A body with the examples' ids replaced by ones that exist."""
    team, user = world.team(), world.account.user
    text = json.dumps(value).replace("tem_4fK0c2nVbQx1Za", team["prefix_id"])
    return json.loads(text.replace("usr_0Qx1ZaK2nVb4fc", user["prefix_id"]))


CREATED = ("account_users", "teams", "routers", "integrations", "stakeholders", "alerts")


@pytest.mark.parametrize("resource", CREATED)
def test_the_examples_of_a_resource_work_and_its_answers_fit(
    world: World, described: dict[str, Any], resource: str
) -> None:
    path = f"/{resource}"
    for name, _, example in list(bodies(described)):
        if name != f"{resource}_create":
            continue
        made = call(world, described, "POST", path, body=with_ids(world, example))
        change = next(value for known, _, value in bodies(described) if known == f"{resource}_update")
        for method in ("PUT", "PATCH"):
            call(world, described, method, path + "/{id}", made["id"], with_ids(world, change))
        call(world, described, "GET", path + "/{id}", made["prefix_id"])
        assert call(world, described, "GET", path)["data"]
        if resource == "account_users" and "member_team_ids" in example:
            call(world, described, "DELETE", path + "/{id}", made["id"], fails=409)
            continue
        call(world, described, "DELETE", path + "/{id}", made["id"])
        call(world, described, "GET", path + "/{id}", made["id"], fails=404)
    call(world, described, "POST", path, body={}, fails=422)


def call(
    world: World,
    described: dict[str, Any],
    method: str,
    path: str,
    id: str = "",
    body: Any = None,
    fails: int = 0,
) -> Any:
    """Make a call and check that its status is described and its answer fits the schema."""
    answer = world.api(method, path.replace("{id}", id), body)
    operation = described["paths"]["/api/v4" + path][method.lower()]
    assert str(answer.status) in operation["responses"], (answer.status, answer.text)
    assert (answer.status == fails) if fails else (answer.status < 300), (answer.status, answer.text)
    response = operation["responses"][str(answer.status)]
    if "$ref" in response:
        response = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
    if "content" in response:
        schema = response["content"]["application/json"]["schema"]
        assert faults(described, schema, answer.json) == []
        if not fails and answer.status != 204:
            assert undescribed(described, schema, answer.json) == set()
    return answer.json


def undescribed(described: dict[str, Any], schema: dict[str, Any], value: Any) -> set[str]:
    """The names in an answer that its schema does not have."""
    schema = described["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    if isinstance(value, list):
        return {name for item in value for name in undescribed(described, schema.get("items", {}), item)}
    if not isinstance(value, dict) or "properties" not in schema:
        return set()
    inner = {n for k, v in value.items() for n in undescribed(described, schema["properties"].get(k, {}), v)}
    return inner if schema.get("additionalProperties") else inner | (set(value) - set(schema["properties"]))


def test_answers_about_alerts_comments_and_logs_fit(world: World, described: dict[str, Any]) -> None:
    integration = world.integration()
    world.send(integration, {"event_type": "create", "Id": "disk-7", "Title": "Disk full on db-7"})
    alert = world.alerts()[0]
    for path in ("/alerts", "/logs", "/integration_types"):
        page = call(world, described, "GET", path)
        assert page["data"]
        call(world, described, "GET", path + "/{id}", page["data"][0]["id"])
    call(world, described, "POST", "/alerts/{id}/acknowledge", alert["id"])
    call(world, described, "POST", "/alerts/{id}/reject", alert["id"], fails=422)
    handoff = {"note": "Yours.", "destination_account_user_ids": [world.account.user["id"]]}
    call(world, described, "POST", "/alerts/{id}/handoff", alert["id"], handoff)
    comment = call(world, described, "POST", "/alerts/{id}/comments", alert["id"], {"body": "Hm."})
    call(world, described, "POST", "/comments/{id}/comments", comment["id"], {"body": "Hm?"})
    on = {"body": "So.", "commentable_type": "Alert", "commentable_id": alert["id"]}
    call(world, described, "POST", "/comments", body=on)
    call(world, described, "GET", "/comments")
    call(world, described, "GET", "/comments/{id}", comment["id"])
    call(world, described, "GET", "/comments/{id}/comments", comment["id"])
    call(world, described, "GET", "/alerts/{id}/comments", alert["id"])
    call(world, described, "POST", "/alerts/{id}/resolve", alert["id"])
    team = alert["destination_team_ids"][0]
    call(world, described, "GET", "/teams/{id}/alerts", team)
    call(world, described, "GET", "/teams/{id}/current_oncall", team)
    logged = next(log for log in world.ok("GET", "/logs?limit=100")["data"] if log["owner_type"] == "Integration")
    call(world, described, "POST", "/logs/{id}/replay", logged["id"])


def test_the_examples_of_dry_runs_work_and_their_answers_fit(world: World, described: dict[str, Any]) -> None:
    examples = {name: with_ids(world, value) for name, _, value in bodies(described)}
    integration = world.integration()
    call(world, described, "POST", "/integrations/{id}/preview", integration["id"], examples["integrations_preview"])
    found = call(
        world, described, "POST", "/integration_types/{id}/preview", "webhook", examples["integration_types_preview"]
    )
    assert found["alert"]["title"] == "Disk full on db-7"
    routed = call(world, described, "POST", "/routers/preview", body=examples["routers_preview"])
    assert routed["errors"] == []
    assert routed["matched"] == 0
    text = call(world, described, "POST", "/templates/preview", body=examples["templates_preview_template"])["text"]
    assert text == "[critical] Disk full on db-7"


def test_the_service_serves_the_document_with_its_own_address(world: World) -> None:
    served = world.http("GET", "/api/v4/openapi.json", headers={"X-Forwarded-Proto": "https"})
    assert served.status == 200
    assert served.json["servers"] == [{"url": "https://signalbox.test"}]
    assert served.json["paths"] == document("")["paths"]


def test_every_list_parameter_of_the_document_is_one_that_lists_read(described: dict[str, Any]) -> None:
    from chalicelib.api.listing import RESERVED

    assert set(described["components"]["parameters"]) - {"filter"} == RESERVED


def test_the_page_allows_just_its_own_script_and_style(world: World) -> None:
    served = world.http("GET", "/docs")
    assert served.status == 200
    assert served.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = served.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for kind in ("script", "style"):
        (inside,) = re.findall(rf"<{kind}>(.*?)</{kind}>", served.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy == docs_policy()


def test_the_page_loads_nothing_from_elsewhere_and_writes_no_markup() -> None:
    page = docs_page()
    assert "//" not in re.sub(r"^\s*//.*$", "", page, flags=re.MULTILINE)
    for risky in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "cookie"):
        assert risky not in page
    assert not re.search(r"\s(style|on[a-z]+)=", page)


def test_every_id_in_an_example_is_of_a_kind_that_the_page_finds_in_the_callers_account(
    described: dict[str, Any],
) -> None:
    samples = {
        found
        for _, _, value in bodies(described)
        for found in re.findall(r"\b[a-z]{3}_[0-9A-Za-z]{14}\b", json.dumps(value))
    }
    assert len(samples) >= 3
    lists = described["x-ids"]
    assert {sample[:3] for sample in samples} <= set(lists)
    assert set(lists.values()) <= {path for path, item in described["paths"].items() if "get" in item}


def test_every_field_of_the_page_has_a_label() -> None:
    page = docs_page().partition("<script>")[0]
    for name in re.findall(r'<input id="([^"]+)"', page):
        assert f'<label for="{name}">' in page


def test_a_cold_start_does_not_load_the_document() -> None:
    program = "import sys, app; print([name for name in sys.modules if name.startswith('chalicelib.api.openapi')])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
