"""What becomes of requests of all kinds: templates, custom rules, forms, SNS, and what no rule covers."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from tests.flows.script import Flow, webhook

NEW_RELIC = """
preprocess: [{type: parse_json}]
rules:
- match: {log.data.state: open, log.data.severity: CRITICAL}
  actions:
  - type: create
    thirdparty_id: "{{log.data.incident_id}}"
    title: "{{{log.data.policy_name}}}: {{{log.data.condition_name}}}"
    urgency: high
    additional_data:
    - {format: link, label: Incident, value: "{{{log.data.incident_url}}}"}
    - {format: link, label: Policy, value: "{{{log.data.policy_url}}}"}
    - {format: text, label: Account, value: "{{log.data.account_name}}"}
- match: {log.data.state: closed}
  actions: [{type: resolve, thirdparty_id: "{{log.data.incident_id}}"}]
default:
  actions: [{type: ignore, reason: not critical}]
"""
SNS = """
preprocess: [{type: parse_sns}]
rules:
- match: {log.data.Message.NewStateValue: ALARM}
  actions:
  - {type: create, thirdparty_id: "{{{log.data.Message.AlarmArn}}}", title: "{{{sanitize log.data.Subject}}}"}
- match: {log.data.Message.NewStateValue: OK}
  actions: [{type: resolve, thirdparty_id: "{{{log.data.Message.AlarmArn}}}"}]
"""
TEXT = {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}


def request_log(flow: Flow, integration):
    return flow.world.requests(integration)[0]


def sub_logs(flow: Flow, integration) -> str:
    return " ".join(entry["message"] for entry in request_log(flow, integration)["details"]["sublogs"])


def templated(flow: Flow, slug: str = "webhook", **options):
    return flow.world.integration(slug, team_ids=[flow.team("X")["id"]], **options)


def sns(state: str, before: str) -> str:
    arn = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:web-cpu-high"
    alarm = {
        "AlarmName": "web-cpu-high",
        "NewStateValue": state,
        "OldStateValue": before,
        "NewStateReason": "Threshold Crossed: 1 datapoint [93.1] was greater than the threshold (90.0).",
        "AlarmArn": arn,
    }
    envelope = {
        "Type": "Notification",
        "MessageId": "da41e39f-ea4d-435a-b922-c6aae3915ebe",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
        "Subject": f'{state}: <b>"web-cpu-high"</b>',
        "Message": json.dumps(alarm),
    }
    return json.dumps(envelope)


def test_tpl_1_a_title_template_reads_any_key_of_the_body(flow: Flow):
    given = {"option_title_template": "Custom Data - {{data.extra}}", "option_title_template_enabled": True}
    integration = templated(flow, **given)
    flow.at("0m").push(integration, webhook("1", "Down", extra="I want to use 'this' & that <data>"))
    flow.want("0m", "Custom Data - I want to use 'this' & that <data>", status="open", to=["X"])
    flow.run()


def test_tpl_2_a_title_template_reads_the_fields_of_a_posted_form(flow: Flow):
    given = {"option_title_template": "Sensor {{data.sensorid}} is DOWN!", "option_title_template_enabled": True}
    integration = templated(flow, **given)
    body = urlencode({"event_type": "create", "Id": "1", "Title": "x", "sensorid": "1234"})
    flow.at("0m").push(integration, body, **{"Content-Type": "application/x-www-form-urlencoded"})
    flow.want("0m", "Sensor 1234 is DOWN!", status="open", to=["X"])
    flow.run()


@pytest.mark.parametrize(
    ("template", "note"),
    [
        ("{{#each data.rows}}{{#each @root.data.rows}}{{#each @root.data.rows}}x{{/each}}{{/each}}{{/each}}", "failed"),
        ("{{data.nothing}}", "gave nothing"),
    ],
)
def test_a_template_that_fails_leaves_the_adapters_title_and_a_sub_log(flow: Flow, template: str, note: str):
    integration = templated(flow, option_title_template=template, option_title_template_enabled=True)
    flow.at("0m").push(integration, webhook("1", "Down", rows=["x"] * 100))
    flow.want("0m", "Down", status="open", to=["X"])
    flow.run()
    assert f"the title template {note}" in sub_logs(flow, integration)
    assert request_log(flow, integration)["level"] == "warn"


def test_templates_read_the_integration_but_none_of_its_options(flow: Flow):
    given = {
        "option_description_template": "{{integration.name}}|{{integration.options}}|{{integration.option_token}}",
        "option_description_template_enabled": True,
        "option_title_template": "not enabled",
    }
    integration = templated(flow, option_token="s3cret", name="Shop", **given)
    flow.at("0m").push(integration, webhook("1", "Down"), **{"pagertree-token": "s3cret"})
    flow.want("0m", "Down", status="open", to=["X"])
    flow.run()
    assert flow.alert("Down")["description"] == "Shop||"


def test_cw_1_and_2_a_critical_incident_opens_and_closes(flow: Flow):
    integration = templated(flow, "custom_webhook", option_custom_definition=NEW_RELIC)
    body = {
        "state": "open",
        "severity": "CRITICAL",
        "incident_id": 42,
        "policy_name": "Shop & API",
        "condition_name": "Error rate",
        "incident_url": "https://alerts.example.com/42?a=1&b=2",
        "policy_url": "https://alerts.example.com/policies/7",
        "account_name": "Acme",
    }
    flow.at("0m").push(integration, body)
    flow.want("0m", "Shop & API: Error rate", status="open", to=["X"])
    flow.at("5m").push(integration, {**body, "state": "closed"})
    flow.want("5m", "Shop & API: Error rate", status="resolved")
    flow.run()
    alert = flow.alert("Shop & API: Error rate")
    assert (alert["thirdparty_id"], alert["urgency"]) == ("42", "high")
    assert [item["format"] for item in alert["additional_data"]] == ["link", "link", "text"]


def test_cw_3_another_severity_is_ignored_with_the_reason_in_the_log(flow: Flow):
    integration = templated(flow, "custom_webhook", option_custom_definition=NEW_RELIC)
    flow.at("0m").push(integration, {"state": "open", "severity": "WARNING", "incident_id": 42})
    flow.run()
    log = request_log(flow, integration)
    assert log["details"]["message"]["action"] == "other"
    assert "the default says ignore: not critical" in sub_logs(flow, integration)


@pytest.mark.parametrize("body", [{"hello": "world"}, "plain text", "[1, 2", ""])
def test_a_request_that_no_rule_covers_is_taken_and_its_log_says_why(flow: Flow, body):
    definition = "rules: [{match: {log.data.state: down}, actions: [{type: create, title: Down}]}]"
    integration = templated(flow, "custom_webhook", option_custom_definition=definition)
    flow.at("0m").push(integration, body)
    flow.run()
    assert request_log(flow, integration)["details"]["message"]["action"] == "other"
    assert "no rule matched and there is no default" in sub_logs(flow, integration)


def test_cw_4_and_5_an_sns_message_in_plain_text_opens_and_closes(flow: Flow):
    integration = templated(flow, "custom_webhook", option_custom_definition=SNS)
    flow.at("0m").push(integration, sns("ALARM", "OK"), **TEXT)
    flow.want("0m", 'ALARM: "web-cpu-high"', status="open", to=["X"])
    flow.at("5m").push(integration, sns("OK", "ALARM"), **TEXT)
    flow.want("5m", 'ALARM: "web-cpu-high"', status="resolved")
    flow.run()
    assert flow.alert('ALARM: "web-cpu-high"')["thirdparty_id"].startswith("arn:aws:cloudwatch:")


def test_a_cloudwatch_alarm_by_sns_opens_and_closes(flow: Flow):
    integration = templated(flow, "aws_cloudwatch", option_verify_signature=False)
    flow.at("0m").push(integration, sns("ALARM", "OK"), **TEXT)
    flow.want("0m", "web-cpu-high", status="open", to=["X"])
    flow.at("3m").push(integration, sns("INSUFFICIENT_DATA", "ALARM"), **TEXT)
    flow.at("5m").push(integration, sns("OK", "INSUFFICIENT_DATA"), **TEXT)
    flow.want("5m", "web-cpu-high", status="resolved")
    flow.run()


def test_an_unsigned_cloudwatch_alarm_is_refused(flow: Flow):
    integration = templated(flow, "aws_cloudwatch")
    assert flow.world.hook(integration, sns("ALARM", "OK"), **TEXT).status == 403
    flow.run(until="1m")


FORM = {"name": "Ann Smith", "title": "The door does not open", "description": "Gate 4", "email": "ann@example.com"}


def post_form(flow: Flow, integration, fields):
    path = f"/integration/{integration['prefix_id']}/form"
    return flow.world.http("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})


def test_a_filled_in_form_makes_an_alert(flow: Flow):
    integration = templated(flow, "form", option_form_header="Call the caretaker")
    page = flow.world.http("GET", f"/integration/{integration['prefix_id']}/form")
    assert (page.status, "Call the caretaker" in page.text) == (200, True)
    flow.at("0m").do(lambda: post_form(flow, integration, FORM))
    flow.want("0m", "The door does not open", status="open", to=["X"])
    flow.at("1m").do(lambda: post_form(flow, integration, {**FORM, "name": "Bob Miller"}))
    flow.want("1m", "The door does not open #2", status="open", to=["X"])
    flow.run()


def test_a_sent_form_leads_to_a_page_that_can_be_loaded_again(flow: Flow):
    integration = templated(flow, "form")
    answers = []
    flow.at("0m").do(lambda: answers.append(post_form(flow, integration, FORM)))
    flow.want("0m", "The door does not open", status="open", to=["X"])
    flow.run()
    assert (answers[0].status, answers[0].headers["Location"], answers[0].text) == (303, "?sent=1", "")
    thanks = flow.world.http("GET", f"/integration/{integration['prefix_id']}/form?sent=1")
    assert (thanks.status, "Thank you" in thanks.text, "<form" in thanks.text) == (200, True, False)


def test_the_form_can_neither_be_framed_nor_told_another_base(flow: Flow):
    integration = templated(flow, "form")
    page = flow.world.http("GET", f"/integration/{integration['prefix_id']}/form")
    policy = page.headers["Content-Security-Policy"]
    assert all(rule in policy for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"))
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_sender_is_answered_is_taken_for_what_it_says(flow: Flow):
    integration = templated(flow, "meta_workplace")
    path = f"/integration/{integration['prefix_id']}?hub.mode=subscribe&hub.challenge=%3Cscript%3E"
    answer = flow.world.http("GET", path)
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("text/plain", "nosniff")


def test_a_request_without_a_key_that_is_sent_again_within_ten_minutes_makes_no_second_alert(flow: Flow):
    integration = templated(flow, "form")
    for minute in ("0m", "9m", "25m"):
        flow.at(minute).do(lambda: post_form(flow, integration, FORM))
    flow.want("0m", "The door does not open", status="open", to=["X"])
    flow.want("9m", "The door does not open", count=1)
    flow.want("25m", "The door does not open #2", status="open", to=["X"])
    flow.run()


def test_a_request_sent_again_after_its_alert_was_resolved_by_hand_makes_no_second_alert(flow: Flow):
    integration = templated(flow, "form")
    flow.at("0m").do(lambda: post_form(flow, integration, FORM))
    flow.want("0m", "The door does not open", status="open", to=["X"])
    flow.at("1m").act("The door does not open", "resolve")
    flow.want("1m", "The door does not open", status="resolved")
    flow.at("2m").do(lambda: post_form(flow, integration, FORM))
    flow.want("2m", "The door does not open", count=1)
    flow.run()


def test_a_form_with_a_fault_is_shown_again_and_one_of_a_program_is_thanked_and_dropped(flow: Flow):
    integration = templated(flow, "form")
    faulty = post_form(flow, integration, {**FORM, "title": ""})
    assert (faulty.status, "Ann Smith" in faulty.text) == (422, True)
    answers = []
    flow.at("1m").do(lambda: answers.append(post_form(flow, integration, {**FORM, "reference_code": "spam"})))
    flow.run()
    assert answers[0].status == 303
    assert "a program sent this" in sub_logs(flow, integration)


def test_a_form_of_another_type_of_integration_is_not_there(flow: Flow):
    integration = templated(flow)
    assert flow.world.http("GET", f"/integration/{integration['prefix_id']}/form").status == 404
