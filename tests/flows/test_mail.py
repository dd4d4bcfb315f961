"""E-mails end to end: posted to the integration, and as SES lays them in S3, with a notice on the webhooks queue."""

from __future__ import annotations

import json
import os
from email.message import EmailMessage

import pytest

from chalicelib.storage import clients
from tests.flows.script import Flow

RULES = """
rules:
- match: {log.body: {$regex: event_type=Automatic, $options: i}}
  actions:
  - type: create
    thirdparty_id: "{{{itemAt (regexMatch log.body '(https://[^ ]+)') 1}}}"
    title: "{{{log.subject}}}"
- match: {log.body: {$regex: event_type=Manual, $options: i}}
  actions: [{type: resolve, thirdparty_id: "{{{itemAt (regexMatch log.body '(https://[^ ]+)') 1}}}"}]
"""


def mail(subject: str = "Disk full", text: str = "98 %", number: int = 1, answers: int = 0, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Monitor <monitor@example.com>"
    message["Message-ID"] = f"<{number}@example.com>"
    message["Subject"] = subject
    if answers:
        message["In-Reply-To"] = f"<{answers}@example.com>"
        message["References"] = f"<{answers}@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def inbox(flow: Flow, **options):
    return flow.world.integration("email", name="Mail", team_ids=[flow.team("X")["id"]], **options)


def post(flow: Flow, integration, raw: bytes) -> None:
    path = f"/integration/{integration['prefix_id']}"
    assert flow.world.http("POST", path, raw, {"Content-Type": "message/rfc822"}).status == 200


def deliver(flow: Flow, raw: bytes, key: str = "mail/1", notices: int = 1) -> None:
    """What SES and S3 do with a mail."""
    clients.client("s3").put_object(Bucket=os.environ["REQUESTS_BUCKET"], Key=key, Body=raw)
    record = {
        "eventTime": flow.world.now.isoformat(),
        "s3": {"bucket": {"name": os.environ["REQUESTS_BUCKET"]}, "object": {"key": key.replace("@", "%40")}},
    }
    for _ in range(notices):
        queue = os.environ["WEBHOOKS_QUEUE_URL"]
        flow.world.sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"Records": [record]}))


def address(integration) -> str:
    return f"{integration['prefix_id']}@alerts.example.com"


def test_a_posted_mail_makes_an_alert_and_a_reply_counts_as_its_duplicate(flow: Flow):
    integration = inbox(flow)
    flow.at("0m").do(lambda: post(flow, integration, mail()))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.at("5m").do(lambda: post(flow, integration, mail("Re: Disk full", number=2, answers=1)))
    flow.want("5m", "Disk full", count=1)
    flow.at("6m").do(lambda: post(flow, integration, mail("Re: Re: Disk full", number=3, answers=2)))
    flow.want("6m", "Re: Re: Disk full", status="open", to=["X"])
    flow.run()


def test_threads_count_for_nothing_when_the_option_is_off(flow: Flow):
    integration = inbox(flow, option_dedup_threads=False)
    flow.at("0m").do(lambda: post(flow, integration, mail()))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.at("5m").do(lambda: post(flow, integration, mail("Re: Disk full", number=2, answers=1)))
    flow.want("5m", "Re: Disk full", status="open", to=["X"])
    flow.run()


def test_a_mail_that_ses_laid_in_s3_makes_one_alert_however_often_it_is_announced(flow: Flow):
    integration = inbox(flow)
    flow.at("0m").do(lambda: deliver(flow, mail(To=address(integration)), "mail/a@b", notices=3))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.run()


def test_a_mail_to_two_integrations_makes_an_alert_of_each(flow: Flow):
    one, other = inbox(flow), inbox(flow)
    recipients = f"{address(one)}, {other['id'].lower()}@alerts.example.com, someone@example.com"
    flow.at("0m").do(lambda: deliver(flow, mail(To=recipients)))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.want("0m", "Disk full #2", status="open", to=["X"])
    flow.run()


def test_a_blind_copy_arrives_by_the_envelope(flow: Flow):
    integration = inbox(flow)
    received = f"from mx.example.com (mx.example.com [192.0.2.7]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id 1 for {address(integration)}; Mon, 2 Mar 2026 09:00:00 +0000"
    flow.at("0m").do(lambda: deliver(flow, mail(Received=received, To="all@example.com")))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.run()


@pytest.mark.parametrize("odd", ["(" * 2000, "a:" * 2000, '"' * 2000, "<" * 2000])
def test_recipients_that_cannot_be_read_hide_no_other(flow: Flow, odd: str):
    integration = inbox(flow)
    raw = f"To: {odd}\r\nFrom: {odd}\r\nCc: {address(integration)}\r\nSubject: Odd\r\n\r\nx".encode()
    flow.at("0m").do(lambda: deliver(flow, raw))
    flow.want("0m", "Odd", status="open", to=["X"])
    flow.run()


def test_a_mail_of_twelve_megabytes_makes_an_alert_and_leaves_its_attachments(flow: Flow):
    integration = inbox(flow)
    message = EmailMessage()
    message["From"], message["Subject"], message["To"] = "monitor@example.com", "Large", address(integration)
    message.set_content("see film")
    message.add_attachment(b"\x89" * 9_000_000, maintype="video", subtype="mp4", filename="film.mp4")
    flow.at("0m").do(lambda: deliver(flow, message.as_bytes()))
    flow.want("0m", "Large", status="open", to=["X"])
    flow.run()
    alert = flow.alert("Large")
    assert alert["description"].strip() == "see film"
    assert {"format": "text", "label": "Attachments", "value": ["film.mp4 (video/mp4)"]} in alert["additional_data"]


@pytest.mark.parametrize("by_ses", [False, True])
def test_spam_makes_no_alert_by_either_way(flow: Flow, by_ses: bool):
    integration = inbox(flow)
    raw = mail(To=address(integration), X_SES_Spam_Verdict="FAIL")
    if by_ses:
        flow.at("0m").do(lambda: deliver(flow, raw))
        flow.run(until="1m")
        (log,) = flow.world.requests(integration)
        assert "refused" in log["details"]["sublogs"][0]["message"]
        return
    answer = flow.world.http(
        "POST", f"/integration/{integration['prefix_id']}", raw, {"Content-Type": "message/rfc822"}
    )
    assert answer.status == 403
    flow.run(until="1m")


def test_spam_makes_an_alert_where_it_is_allowed(flow: Flow):
    integration = inbox(flow, option_allow_spam=True)
    flow.at("0m").do(lambda: deliver(flow, mail(To=address(integration), X_SES_Spam_Verdict="FAIL")))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.run()


def test_a_mail_to_a_disabled_or_unknown_integration_is_let_go(flow: Flow):
    integration = inbox(flow, enabled=False)
    recipients = f"{address(integration)}, int_00000000000000@alerts.example.com"
    flow.at("0m").do(lambda: deliver(flow, mail(To=recipients)))
    flow.run(until="1m")


def test_attachments_are_named_and_html_is_made_safe(flow: Flow):
    message = EmailMessage()
    message["From"], message["Subject"] = "monitor@example.com", "Graph"
    message.set_content("see graph")
    message.add_alternative("<p onclick='x()'>see <b>graph</b></p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="graph.png")
    integration = inbox(flow)
    message["To"] = address(integration)
    flow.at("0m").do(lambda: deliver(flow, message.as_bytes()))
    flow.want("0m", "Graph", status="open", to=["X"])
    flow.run()
    alert = flow.alert("Graph")
    assert alert["description"].strip() == "<p>see <b>graph</b></p>"
    assert {"format": "text", "label": "Attachments", "value": ["graph.png (image/png)"]} in alert["additional_data"]


def test_em_1_and_2_rules_take_the_key_from_the_body(flow: Flow):
    integration = inbox(flow, option_custom_definition_enabled=True, option_custom_definition=RULES)
    link = "https://status.example.com/i/77"
    flow.at("0m").do(lambda: post(flow, integration, mail("Outage", f"event_type=automatic {link} now")))
    flow.want("0m", "Outage", status="open", to=["X"])
    flow.at("5m").do(lambda: post(flow, integration, mail("Over", f"{link} event_type=Manual", number=2)))
    flow.want("5m", "Outage", status="resolved")
    flow.run()
    assert flow.alert("Outage")["thirdparty_id"] == link


def test_em_3_a_mail_that_no_rule_covers_makes_nothing(flow: Flow):
    integration = inbox(flow, option_custom_definition_enabled=True, option_custom_definition=RULES)
    flow.at("0m").do(lambda: post(flow, integration, mail("Newsletter", "Buy now")))
    flow.run(until="1m")


def test_tpl_3_a_title_template_reads_sender_and_subject(flow: Flow):
    template = "New email from {{data.from}} - {{data.subject}}"
    integration = inbox(flow, option_title_template=template, option_title_template_enabled=True)
    flow.at("0m").do(lambda: post(flow, integration, mail()))
    flow.want("0m", "New email from monitor@example.com - Disk full", status="open", to=["X"])
    flow.run()
