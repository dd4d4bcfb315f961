"""Whatever is sent, the API answers with a status that says whose fault it is, never 500, and JSON."""

from __future__ import annotations

import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HARD = settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
NAMES = [
    "name",
    "urgency",
    "integration_type_id",
    "team_ids",
    "router_ids",
    "account_user_ids",
    "meta",
    "enabled",
    "options",
    "option_token",
    "option_rate_limit",
    "rules",
    "default_receiver_team_id",
    "default_receiver_router_id",
    "emails",
    "events",
    "roles",
    "user_attributes",
    "member_team_ids",
    "member_account_user_ids",
    "admin_account_user_ids",
    "drop_notifications",
    "notes",
    "title",
    "description",
    "tags",
    "thirdparty_id",
    "destination_team_ids",
    "destination_account_user_ids",
    "body",
    "commentable_type",
    "commentable_id",
    "note",
    "request",
    "integration",
    "template",
    "data",
    "alert",
    "log",
    "now",
    "method",
    "headers",
    "query",
    "admin",
    "emails_attributes",
    "phones_attributes",
    "id",
    "email",
    "phone",
    "primary",
    "_destroy",
    "incident",
    "incident_severity",
    "incident_message",
    "match",
    "actions",
    "type",
    "receiver",
]
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "webhook",
            "low",
            "true",
            "Alert",
            "x@example.com",
            "+14155550100",
            "{{#if",
            "{{data.x}}",
            "\0",
            "²",
            "a[b",
        ]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)


def nested(identifiers):
    leaves = st.one_of(SCALARS, st.sampled_from(identifiers))
    keys = st.one_of(st.sampled_from(NAMES), st.text(max_size=5))
    grown = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )
    return st.dictionaries(keys, grown, max_size=10)


def writes(world):
    return [(m, p) for p, methods in world.app.routes.items() for m in methods if m in ("POST", "PUT") and "/v4/" in p]


def check(answer, what):
    assert answer.status < 500, (what, answer.text)
    assert answer.status == 204 or isinstance(answer.json, (dict, list)), what
    if answer.status >= 400:
        assert answer.json["code"] == answer.status
        assert answer.json["errors"], what


def test_no_json_body_is_the_services_fault(world, one_of_each):
    routes = writes(world)
    assert len(routes) > 20
    identifiers = [found[form] for found in one_of_each.values() for form in ("id", "prefix_id")]

    @HARD
    @given(st.sampled_from(routes), nested(identifiers), st.booleans())
    def run(route, body, form):
        method, path = route
        name = path.split("/")[3]
        path = path.replace(
            "{id}", "webhook" if name == "integration_types" else one_of_each.get(name, {}).get("id", "")
        )
        content = json.dumps(body)
        headers = {"Authorization": f"Bearer {world.token}", "Content-Type": "application/json"}
        if form:
            content = "&".join(f"{quote(k, errors='ignore')}={quote(str(v), errors='ignore')}" for k, v in body.items())
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        check(world.http(method, path, content, headers), (method, path, content))

    run()


def test_no_bytes_are_the_services_fault(world, one_of_each):
    kinds = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "", "\xff"]

    @HARD
    @given(st.sampled_from(writes(world)), st.binary(max_size=60), st.sampled_from(kinds))
    def run(route, body, kind):
        method, path = route
        path = path.replace("{id}", one_of_each.get(path.split("/")[3], {}).get("id", "webhook"))
        headers = {"Authorization": f"Bearer {world.token}", "Content-Type": kind}
        check(world.http(method, path, body, headers), (method, path, body))

    run()


def test_no_field_of_a_valid_object_may_hold_what_breaks_the_service(world, one_of_each):
    """Each field of each object in turn, replaced by anything: faults deep behind the first check."""
    team, user = one_of_each["teams"]["id"], one_of_each["account_users"]["id"]
    valid = {
        "integrations": {"name": "x", "urgency": "low", "integration_type_id": "webhook", "team_ids": [team]},
        "alerts": {
            "title": "x",
            "description": "d",
            "urgency": "low",
            "tags": ["a"],
            "thirdparty_id": "k",
            "meta": {"incident": True, "incident_severity": "SEV-1", "incident_message": "m"},
            "destination_team_ids": [team],
        },
        "teams": {"name": "x", "member_account_user_ids": [user], "admin_account_user_ids": [user], "notes": "n"},
        "routers": {"name": "x", "default_receiver_team_id": team, "rules": "rules: []", "enabled": True, "meta": {}},
        "stakeholders": {"name": "x", "emails": ["a@example.com"], "events": ["alert.resolved"]},
        "integrations/{id}/preview": {"request": {"method": "POST", "headers": {}, "query": {}, "body": "{}"}},
        "integration_types/webhook/preview": {"options": {}, "integration": {}, "request": {"body": "{}"}},
        "routers/preview": {"rules": "rules: []", "alert": {}, "log": {}, "now": "2026-01-01"},
        "templates/preview": {"template": "{{data.x}}", "data": {"x": 1}},
        "alerts/{id}/handoff": {"note": "n", "destination_account_user_ids": [user]},
        "alerts/{id}/comments": {"body": "b"},
    }
    anything = nested([team, user]) | st.lists(SCALARS, max_size=3) | SCALARS

    @HARD
    @given(st.sampled_from(sorted(valid)), st.data())
    def run(path, data):
        body = dict(valid[path])
        body[data.draw(st.sampled_from(sorted(body)))] = data.draw(anything)
        full = path.replace("{id}", one_of_each.get(path.split("/")[0], {}).get("id", ""))
        check(world.api("POST", "/" + full, body), (full, body))

    run()


def test_no_query_of_a_list_is_the_services_fault(world, one_of_each):
    lists = [p for p, methods in world.app.routes.items() if "GET" in methods and "/v4/" in p and "openapi" not in p]
    names = [
        "limit",
        "offset",
        "page",
        "sort",
        "direction",
        "ops",
        "q",
        "cursor",
        "id",
        "status",
        "source_id",
        "thirdparty_id",
        "created_at",
        "tiny_id",
        "title",
        "tags",
        "destination_team_ids",
        "owner_id",
        "owner_type",
        "meta.incident",
        "enabled",
        "user.name",
        "urgency",
    ]
    attributes = st.sampled_from(names)
    operators = st.sampled_from(["equals", "ne", "lt", "lte", "gt", "gte", "beginsWith", "contains", "between", "nope"])
    ops = st.builds("{}:{}".format, attributes, operators)
    times = st.sampled_from(
        ["2026-01-01..2027-01-01", "2026-01-01T00:00:00 02:00", "0001-01-01", "9999-12-31", "..", "a.."]
    )
    ids = st.sampled_from([found[form] for found in one_of_each.values() for form in ("id", "prefix_id")])
    values = TEXTS | ops | times | ids | attributes | st.integers().map(str) | st.floats().map(str)

    @HARD
    @given(st.sampled_from(lists), st.lists(st.tuples(attributes | st.text(max_size=4), values), max_size=5))
    def run(path, pairs):
        name = path.split("/")[3]
        path = path.replace("{id}", one_of_each.get(name, {}).get("id", "webhook"))
        query = "&".join(f"{quote(k, errors='ignore')}={quote(v, errors='ignore')}" for k, v in pairs)
        check(world.api("GET", path.removeprefix("/api/v4") + "?" + query), (path, query))

    run()


def test_no_id_is_the_services_fault(world):
    paths = [(m, p) for p, methods in world.app.routes.items() if "{id}" in p for m in methods]
    bodies = {"request": {"body": ""}, "note": "x", "body": "x"}

    @HARD
    @given(st.sampled_from(paths), st.text(min_size=1, max_size=30).filter(lambda text: "/" not in text))
    def run(route, identifier):
        method, path = route
        path = path.replace("{id}", quote(identifier, errors="ignore", safe="") or "x")
        answer = world.http(method, path, bodies, {"Authorization": f"Bearer {world.token}"})
        assert answer.status in (404, 422, 400), (method, path, answer.text)

    run()
