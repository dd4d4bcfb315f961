"""Rules that users write: what is refused on saving, which rule decides, and what becomes of its fields."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.kit.adapter import Action, AlertDraft, Outcome, adapt
from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.rules import definition_fault
from chalicelib.adapters.tools.custom_webhook import CustomWebhook
from chalicelib.errors import Invalid

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def adapter(definition: Any) -> CustomWebhook:
    source = definition if isinstance(definition, str) else json.dumps(definition)
    return CustomWebhook(read_options(CustomWebhook, {"custom_definition": source}, {}))


def request(body: Any = None, **parts: Any) -> Request:
    given = {"body": body if isinstance(body, bytes) else json.dumps(body).encode(), "id": "01REQUEST"}
    return Request(**{"received_at": MONDAY_NOON, **given, **parts})


def outcome(definition: Any, body: Any = None, **parts: Any) -> Outcome:
    return adapt(adapter(definition), request(body, **parts))


def created(fields: dict[str, Any], body: Any = None) -> AlertDraft:
    """The alert of a definition that always creates with these fields."""
    found = outcome({"rules": [{"match": {"always": True}, "actions": [{"type": "create", **fields}]}]}, body)
    assert found.alert is not None
    return found.alert


def rule(match: dict[str, Any], kind: str = "create", **fields: Any) -> dict[str, Any]:
    return {"match": match, "actions": [{"type": kind, **fields}]}


@pytest.mark.parametrize(
    ("definition", "fault"),
    [
        ("rules: ]", "line 1"),
        ("rules:\n- match: {a: 1\n", "line 3"),
        ("just text", "the definition (line 1): must be a mapping"),
        ("rules: {}", "rules (line 1): must be a list"),
        ("defaults: {}\nrules: []", "defaults (line 1): is unknown"),
        ("rules:\n- match: {a: 1}\n", "rules[0].actions (line 2): must be a list"),
        ("rules:\n- 7\n", "rules[0] (line 2): must be a mapping with match and actions"),
        ("rules:\n- match: down\n  actions: [{type: create}]", "rules[0].match (line 2): must be a mapping"),
        ("rules:\n- actions: [{type: create}]", "rules[0].match (line 2): must be a mapping"),
        ("rules:\n- when: 1\n  match: {}\n  actions: [{type: create}]", "rules[0].when (line 2): is unknown"),
        ("rules:\n- match:\n    a: {$nope: 1}\n  actions: [{type: create}]", "rules[0].match.a.$nope (line 3)"),
        ("rules:\n- match:\n    a: {$regex: '('}\n  actions: [{type: create}]", "(line 3)"),
        ("rules:\n- match: {}\n  actions:\n  - title: x", "rules[0].actions[0].type (line 4): must be one of create"),
        ("rules:\n- match: {}\n  actions:\n  - type: explode", "rules[0].actions[0].type (line 4): must be one of"),
        (
            "rules:\n- match: {}\n  actions: [{type: create, titel: x}]",
            "rules[0].actions[0].titel (line 3): is unknown",
        ),
        (
            "rules:\n- match: {}\n  actions:\n  - type: create\n    title: '{{#if a}}'",
            "actions[0].title (line 5): is no template",
        ),
        ("rules:\n- match: {}\n  actions:\n  - type: create\n    meta: {a: ['{{a']}", "actions[0].meta.a[0] (line 5)"),
        (
            "preprocess: [{type: parse_xml}]\nrules: []",
            "preprocess[0] (line 1): must be a mapping whose type is one of",
        ),
        ("preprocess: parse_json\nrules: []", "preprocess (line 1): must be a list"),
        ("rules: []\ndefault: ignore", "default (line 2): must be a mapping with actions"),
        ("rules: []", "rules (line 1): must have a rule, or the definition a default"),
        ("rules:\n- match: {data.status: down}\n  actions: [{type: create}]", "did you mean log.data.status?"),
        ("rules:\n- match: {always: yes}\n  actions: [{type: create}]", "always is never 'yes'"),
        (
            "rules:\n- match: {}\n  actions: [{type: resolve}]",
            "rules[0].actions[0].thirdparty_id (line 3): is required",
        ),
        ("rules: []\ndefault: {actions: [1]}", "default.actions[0] (line 2): must be a mapping with a type"),
    ],
)
def test_a_faulty_definition_is_refused_with_place_line_and_reason(definition: str, fault: str) -> None:
    with pytest.raises(Invalid) as caught:
        adapter(definition)
    (message,) = caught.value.messages
    assert message.startswith("option_custom_definition is faulty: ")
    assert fault in message


def test_a_definition_is_required() -> None:
    with pytest.raises(Invalid, match="option_custom_definition can't be blank"):
        adapter("")


@given(
    st.text(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["rules", "match", "actions", "type", "default", "preprocess", "$in", "title"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(json.dumps)
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_definition_or_has_a_fault(source: str) -> None:
    fault = definition_fault(source)
    assert fault is None or fault.startswith("is faulty: ")


def test_the_first_rule_that_matches_decides() -> None:
    definition = {
        "rules": [
            rule({"log.data.state": "down"}, thirdparty_id="first"),
            rule({"log.data.state": {"$in": ["down", "up"]}}, "resolve", thirdparty_id="second"),
        ]
    }
    assert outcome(definition, {"state": "down"}).thirdparty_id == "first"
    assert outcome(definition, {"state": "up"}).action is Action.RESOLVE


def test_what_no_rule_covers_makes_nothing_and_says_why() -> None:
    rules = [rule({"log.data.state": "down"}), rule({"log.data.state": "odd"}, "ignore", reason="odd {{log.data.n}}")]
    default = {"actions": [{"type": "ignore", "reason": "not of interest"}]}
    assert outcome({"rules": rules}, {}).note == "no rule matched and there is no default"
    assert outcome({"rules": rules, "default": default}, {}).note == "the default says ignore: not of interest"
    assert outcome({"rules": rules}, {"state": "odd", "n": 7}).note == "rule 2 says ignore: odd 7"
    assert outcome({"rules": [rule({}, "{{log.data.kind}}")]}, {"kind": "Resolve "}).action is Action.RESOLVE
    assert outcome({"rules": [rule({}, "{{log.data.kind}}")]}, {"kind": "x"}).note == "rule 1 says x"


def test_a_default_may_create() -> None:
    found = outcome({"rules": [], "default": {"actions": [{"type": "create", "title": "T"}]}}, {})
    assert found.alert
    assert (found.action, found.thirdparty_id, found.alert.title) == (Action.CREATE, "01REQUEST", "T")


@pytest.mark.parametrize(
    "match",
    [
        {"always": True},
        {"log.data.a": 1, "log.data.q": "x"},
        {"log.params.q": "x", "log.method": "PUT", "log.remote_ip": "192.0.2.1"},
        {"log.body": {"$regex": '"a": 1'}, "log.url": {"$regex": "/integration/"}},
        {"log.headers.X-Token": "t", "log.headers.HTTP_X_TOKEN": "t", "log.headers.x-token": "t"},
        {"$day": {"timezone": "Etc/UTC", "$eq": 1}},
    ],
)
def test_rules_see_the_whole_request_and_the_time_of_receipt(match: dict[str, Any]) -> None:
    parts = {"method": "PUT", "url": "https://x.example.com/integration/int_x?q=x", "query": {"q": ["x"]}}
    found = outcome({"rules": [rule(match)]}, {"a": 1}, **parts, headers={"x-token": "t"}, remote_ip="192.0.2.1")
    assert found.action is Action.CREATE, found.note


def test_fields_are_rendered_wherever_text_stands() -> None:
    alert = created(
        {
            "title": "{{log.data.t}}",
            "description": "{{log.data.t}} {{{log.data.t}}}",
            "tags": "{{log.data.t}}",
            "meta": {"deep": [{"x": "{{log.data.n}}"}, 1]},
        },
        {"t": "a&b", "n": 1733126400},
    )
    assert (alert.title, alert.tags) == ("a&b", ["a&b"])
    assert (alert.description, alert.description_format) == ("a&amp;b a&amp;b", "html")  # the one field that is HTML
    assert alert.meta == {"deep": [{"x": "1733126400"}, 1]}


def test_a_description_that_is_written_in_full_is_made_safe() -> None:
    alert = created({"description": "<p>{{{log.data.t}}}</p>"}, {"t": "<b>x</b><script>y()</script>"})
    assert alert.description == "<p><b>x</b></p>"


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("tags", "{{log.data.list}}", ["a", "b"]),
        ("tags", "a, b,,a ", ["a", "b"]),
        ("tags", ["a", 7, None], ["a", "7"]),
        ("tags", 7, ["7"]),
        ("dedup_keys", "x , y", ["x", "y"]),
        ("urgency", "High", "high"),
        ("urgency", "urgent", "critical"),
        ("urgency", "whenever", None),
        ("title", " {{log.data.none}}", "Untitled Alert"),
        ("title", 7, "7"),
        ("description", None, ""),
        ("incident", "true", True),
        ("incident", 1, True),
        ("incident", "False", False),
        ("incident", "no", False),
        ("incident", "", False),
        ("incident", None, False),
        ("incident", 0, False),
        ("meta", "text", {}),
        (
            "additional_data",
            {"format": "text", "label": " ", "value": 1},
            [{"format": "text", "label": "Untitled", "value": 1}],
        ),
        ("additional_data", [1, {"format": "blob", "value": 1}, {"format": "text", "label": "a", "value": ""}], []),
        ("additional_data", [{"format": "link", "label": "a", "value": "javascript:x"}], []),
    ],
)
def test_fields_are_read_leniently(field: str, value: Any, wanted: Any) -> None:
    assert getattr(created({field: value}, {"list": ["a", "b"]}), field) == wanted


def test_an_incident_has_a_severity_in_its_usual_form() -> None:
    alert = created({"incident": "on", "incident_severity": "sev_1", "incident_message": "Join"})
    assert (alert.incident, alert.incident_severity, alert.incident_message) == (True, "SEV-1", "Join")
    assert created({"incident": "on"}).incident_severity == "SEV-UNKNOWN"


def test_a_template_that_fails_on_the_data_leaves_the_rest_standing() -> None:
    alert = created({"title": "T", "description": "{{log.data.big}}"}, {"big": "x" * 300_000})
    assert (alert.title, alert.description) == ("T", "")


def test_json_is_parsed_whatever_holds_it() -> None:
    definition = {
        "preprocess": [{"type": "parse_json"}],
        "rules": [rule({"log.data.1.a": "x"}), rule({"log.data.a": "x"})],
    }
    assert outcome(definition, [0, {"a": "x"}]).action is Action.CREATE
    assert outcome(definition, b'"{\\"a\\": \\"x\\"}"').action is Action.CREATE
    assert outcome(definition, b"no json").action is Action.OTHER


def test_an_sns_envelope_elsewhere_or_with_plain_text_is_left_alone() -> None:
    definition = {"preprocess": [{"type": "parse_sns"}], "rules": [rule({"log.data.details.Message": "plain"})]}
    assert outcome(definition, {"details": {"Type": "Notification", "Message": "plain"}}).action is Action.CREATE
    assert (
        outcome({**definition, "rules": [rule({"log.data.Message": "plain"})]}, {"Message": "plain"}).action
        is Action.CREATE
    )


def test_routers_see_what_the_rules_saw() -> None:
    definition = {"preprocess": [{"type": "parse_sns"}], "rules": [rule({"always": True})]}
    log = adapter(definition).log_data(request({"Message": '{"a": 1}'}, headers={"x-a": "1"}))
    assert log["data"] == {"Message": {"a": 1}}
    assert log["headers"]["HTTP_X_A"] == "1"


def test_a_stored_definition_that_is_no_longer_good_makes_nothing() -> None:
    found = adapt(CustomWebhook({"custom_definition": "rules: 7"}), request({}))
    assert found.action is Action.OTHER
    assert (
        found.note
        == "the custom definition is faulty: rules (line 1): must be a list of at most 500 rules, each with match and actions"
    )


def test_an_adapter_that_is_used_again_does_not_mix_up_requests() -> None:
    used = adapter({"rules": [rule({"always": True}, thirdparty_id="{{log.data.id}}")]})
    first, second = request({"id": 1}), request({"id": 2})
    assert [used.thirdparty_id(each) for each in (first, second, first)] == ["1", "2", "1"]
