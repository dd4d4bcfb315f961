"""Placeholders that nobody filled in count as missing, and nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import adapters
from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, adapt, datum, first_text, text
from chalicelib.adapters.kit.options import defaults
from chalicelib.adapters.kit.placeholders import is_placeholder, without_placeholders
from chalicelib.adapters.kit.reading import as_received, as_sent, read

PLACEHOLDERS = [
    *("{MACRO}", "{TRIGGER.ID}", "{ProblemID}", "{EVENT.TAGS.service}", "{ITEM.LASTVALUE<1>}", "{$LIMIT}", "{#FSNAME}"),
    *("{$LIMIT:regex:/tmp}", "{{x}}", "{{ ticket.id }}", "{{{body}}}", '{{ITEM.VALUE}.regsub("^(a)", "\\1")}'),
    *("$VAR", "$EVENT_ID", "$TAGS[env]", "${VAR}", "${latestEvent.id}", "${N=Alerting;M=AlertID}", "$!{x}"),
    *("$latestEvent.id", "$HOSTNAME$", "$Data[Default='Not Present']/Context/DataItem/AlertId$"),
    *("%sensorid", "%STATUS%", "%x.y%", "*UNKNOWN*", "*monitorID*", "*alertTypeFriendlyName*", "[[x]]", "[[ .Name ]]"),
    *("##INTERNALID##", "##system.hostname##", "<no value>", "[no value]", "  {MACRO}\n"),
]
VALUES = [
    *("", " ", "{}", "[]", "{ }", '{"a": 1}', '{"a"}', "{a: 1}", "{1}", "[[1, 2]]", '[["x"]]', "[[]]", "{{}}"),
    *("{550e8400-e29b-41d4-a716-446655440000}", "{deadbeefdeadbeefdeadbeefdeadbeef}", '{}:{alertname="X"}', "{}/{}:{}"),
    *(
        "$",
        "$5",
        "$5.00",
        "$x",
        "$1,000",
        "US$",
        "5 $",
        "100%",
        "%",
        "%20",
        "%E4",
        "50% of {HOST}",
        "% used",
        "50%USED%",
    ),
    *("*", "**", "*urgent*", "*Note*", "* item", "##", "# Title", "## Title ##", "#123", "<b>", "<no>", "[link]"),
    *("{HOST.NAME} is down", "Disk {#FSNAME} is full", "a $VAR b", "{A}{B}", "{A} {B}", "$A and $b", "{{a}} {{b}}"),
    *("x" * 400, "{" + "A" * 400 + "}", "Disk is at 93%", "{\nA\n}"),
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_value_that_is_nothing_but_a_placeholder_is_one(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", [*VALUES, None, 5, True, [], {}, ["{A}"]])
def test_other_values_are_none(value: Any) -> None:
    assert not is_placeholder(value)


def test_keys_of_placeholders_are_left_out_and_places_in_lists_kept() -> None:
    sent = {"id": "{ID}", "tags": ["a", "$TAG", {"x": "%x%", "y": None}], "title": "{A} is down", "n": 5}
    assert without_placeholders(sent) == {"tags": ["a", None, {"y": None}], "title": "{A} is down", "n": 5}
    assert sent["id"] == "{ID}"


class Doorbell(Adapter):
    name = "Doorbell"

    def action(self, request: Request) -> Action:
        return Action.CREATE

    def blocked(self, request: Request) -> bool:
        return bool(request.get("secret") != "$SECRET")

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            first_text(request.get("title", "none"), "Ding"),
            text(request.get("description", "none")),
            tags=request.get("tags", []),
            additional_data=[datum("text", "Door", request.get("door.name"))],
        )


def sent(**fields: Any) -> Request:
    return Request(body=json.dumps({"secret": "$SECRET", **fields}).encode(), id="01REQUEST")


def test_an_adapter_reads_placeholders_as_missing_everywhere_without_a_word() -> None:
    fields = {"id": "{ID}", "title": "$TITLE", "description": "%text%", "door": {"name": "{{door}}"}}
    outcome = adapt(Doorbell({}), sent(**fields))
    assert outcome.thirdparty_id == "01REQUEST"
    assert outcome.alert == AlertDraft("none", "none")


def test_a_title_that_contains_a_placeholder_stays() -> None:
    outcome = adapt(Doorbell({}), sent(id="7", title="{HOST} is down", description="100%"))
    assert outcome.alert == AlertDraft("{HOST} is down", "100%")


def test_a_secret_that_looks_like_a_placeholder_is_compared_as_it_was_sent() -> None:
    assert not adapt(Doorbell({}), sent()).blocked


def test_what_was_sent_can_still_be_told() -> None:
    request = sent(id="{ID}")
    reading = read(request)
    assert reading.get("id") is None
    assert as_sent(reading, "id") == as_sent(request, "id") == "{ID}"
    assert as_received(reading) is request
    assert read(reading) is reading


def test_placeholders_in_forms_and_queries_count_as_missing_too() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert read(Request(headers=form, body=b"a=%7BID%7D&b=1", query={"c": ["$VAR"]})).params == {"b": "1"}


def test_unlike_alerts_of_a_template_that_was_not_filled_in_share_no_key() -> None:
    adapter = adapters.load("zabbix")
    body = json.dumps({"event_value": "1", "trigger_id": "{TRIGGER.ID}", "title": "Disk full"}).encode()
    keys = {adapt(adapter(defaults(adapter)), Request(body=body, id=name)).thirdparty_id for name in ("01A", "01B")}
    assert keys == {"01A", "01B"}


def test_rules_of_users_see_placeholders_as_missing_too() -> None:
    adapter = adapters.load("custom_webhook")
    definition = """
preprocess: [{type: parse_json}]
rules:
- match: {always: true}
  actions: [{type: create, thirdparty_id: "{{log.data.id}}", title: "{{log.data.title}}"}]
"""
    outcome = adapt(
        adapter({**defaults(adapter), "custom_definition": definition}), sent(id="{ID}", title="$TITLE_OF_EVENT")
    )
    assert outcome.thirdparty_id == "01REQUEST"
    assert outcome.alert
    assert outcome.alert.title == "Untitled Alert"


def test_deep_nesting_is_read_as_it_is() -> None:
    body = b'{"a":' * 700 + b'"{A}"' + b"}" * 700
    assert read(Request(body=body)).params
