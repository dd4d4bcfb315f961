"""What users of the deployed stack must find, step by step: webhooks in, alerts out, errors in shape."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from chalicelib.adapters import load_examples
from dev.e2e import stack
from dev.e2e.client import Client, Unexpected, eventually, expect

Step = Callable[["Journey"], None]


class Journey:
    """What the steps share: clients of the API and of the front door, the stack's outputs, what was made."""

    def __init__(self, client: Client, door: Client, outputs: Mapping[str, str], package: Path) -> None:
        self.client, self.door, self.outputs, self.package = client, door, outputs, package
        self.team_id = self.endpoint = self.alert_id = ""

    def post_webhook(self, body: Any, content_type: str = "application/json", endpoint: str = "") -> None:
        """Post to the endpoint as a tool would, without a token."""
        answer = self.door.send("POST", f"/integration/{endpoint or self.endpoint}", body, content_type)
        expect("the webhook's answer", answer.status, 200)

    def alert(self, thirdparty_id: str, status: str) -> dict[str, Any] | None:
        """The newest alert of a third-party id, once it has the status."""
        rows = self.client.call("GET", f"/alerts?thirdparty_id={thirdparty_id}&limit=1")["data"]
        return rows[0] if rows and rows[0]["status"] == status else None

    def await_alert(self, thirdparty_id: str, status: str) -> dict[str, Any]:
        return eventually(f"alert {thirdparty_id} is {status}", lambda: self.alert(thirdparty_id, status))

    def make_integration(self, kind: str, **options: Any) -> str:
        """A new integration that routes to the team; answers its prefix id."""
        given = {"name": f"e2e {kind}", "urgency": "high", "integration_type_id": kind, "team_ids": [self.team_id]}
        made: str = self.client.call("POST", "/integrations", given | options)["prefix_id"]
        return made


def health(journey: Journey) -> None:
    """GET /api/v4/health answers"""
    expect("health", journey.client.call("GET", "/health"), {"status": "ok"})


def unknown_path(journey: Journey) -> None:
    """A path that is not there: API Gateway's own 404 has the error shape and CORS headers"""
    answer = journey.client.send("GET", "/no/such/path")
    expect("status", answer.status, 404)
    expect("body", answer.json(), {"errors": [{"message": "not found"}], "code": 404})
    expect("CORS header", answer.headers.get("Access-Control-Allow-Origin"), "*")


def front_door(journey: Journey) -> None:
    """The front door is an API of its own: it answers for unknown paths itself, and the API knows no integration"""
    answer = journey.door.send("GET", "/integration/no/such/path")
    expect("status", answer.status, 404)
    expect("body", answer.json(), {"errors": [{"message": "not found"}], "code": 404})
    expect("another method", journey.door.send("DELETE", "/integration/int_x").status, 405)
    expect("an integration that is not there", journey.door.send("POST", "/integration/int_x", {}).status, 404)
    expect("an integration at the API", journey.client.send("POST", "/integration/int_x", {}).status, 404)


def no_token(journey: Journey) -> None:
    """A call without a token is refused with the error shape"""
    answer = journey.client.send("GET", "/api/v4/alerts", token=False)
    expect("status", answer.status, 401)
    expect("code", answer.json()["code"], 401)
    if not answer.json()["errors"][0]["message"]:
        raise Unexpected("the error has no message")


def account(journey: Journey) -> None:
    """An account is made with the operator's credentials"""
    journey.client.token = stack.create_account(journey.outputs)


def configure(journey: Journey) -> None:
    """A team and an integration are made over the API"""
    user = journey.client.call("GET", "/account_users")["data"][0]["id"]
    team = {"name": "On call", "member_account_user_ids": [user], "admin_account_user_ids": [user]}
    journey.team_id = journey.client.call("POST", "/teams", team)["id"]
    journey.endpoint = journey.make_integration("prometheus")
    shown = journey.client.call("GET", f"/integrations/{journey.endpoint}")["endpoint"]
    expect("the endpoint that tools are told", shown, f"{journey.outputs['IngressURL']}/integration/{journey.endpoint}")


def alert_opens(journey: Journey) -> None:
    """A real Alertmanager webhook opens an alert, routed to the team"""
    payload = load_examples("prometheus")["create"]["request"]["json"]
    journey.post_webhook({**payload, "groupKey": "e2e"})
    alert = journey.await_alert("e2e", "open")
    expect("destination", alert["destination_team_ids"], [journey.team_id])
    listed = journey.client.call("GET", "/alerts?status=open")["data"]
    expect("open alerts", [row["id"] for row in listed], [alert["id"]])
    journey.alert_id = alert["id"]


def alert_resolves(journey: Journey) -> None:
    """The resolve webhook resolves the same alert"""
    journey.post_webhook({"version": "4", "groupKey": "e2e", "status": "resolved", "alerts": []})
    expect("alert", journey.await_alert("e2e", "resolved")["id"], journey.alert_id)


def large_and_binary(journey: Journey) -> None:
    """A body of a megabyte goes by way of S3; bytes that are no text are taken too"""
    noise = os.urandom(480_000).hex()
    payload = {"version": "4", "groupKey": "large", "status": "firing", "commonAnnotations": {"noise": noise}}
    journey.post_webhook({**payload, "commonLabels": {"alertname": "Large"}, "alerts": []})
    journey.await_alert("large", "open")
    stored = boto3.client("s3").list_objects_v2(Bucket=journey.outputs["RequestsBucket"], Prefix="requests/")
    if not stored["KeyCount"]:
        raise Unexpected("nothing was stored in the bucket")
    journey.post_webhook(b"\x00\xff\xfe\x80 no text", "application/octet-stream")


def mail(journey: Journey) -> None:
    """A mail in the bucket opens an alert (the emulator has no mail receiving: the notice of S3 is put on the queue)"""
    address, bucket = journey.make_integration("email"), journey.outputs["RequestsBucket"]
    lines = ["From: ops@example.com", f"To: {address}@mail.example.com", "Subject: Disk full", "Message-ID: <e2e@x>"]
    raw = "\r\n".join([*lines, "", "The disk of db-1 is full."]).encode()
    boto3.client("s3").put_object(Bucket=bucket, Key="email/e2e", Body=raw)
    place = {"bucket": {"name": bucket}, "object": {"key": "email/e2e"}}
    notice = {"Records": [{"eventSource": "aws:s3", "eventTime": "2026-01-01T00:00:00.000Z", "s3": place}]}
    boto3.client("sqs").send_message(QueueUrl=journey.outputs["WebhooksQueueUrl"], MessageBody=json.dumps(notice))

    def look() -> bool | None:
        rows = journey.client.call("GET", "/alerts?status=open")["data"]
        return True if any("Disk full" in row["title"] for row in rows) else None

    eventually("the mail's alert", look)


def delayed(journey: Journey) -> None:
    """A router assigns the team after two seconds, by way of the tasks queue"""
    team = journey.client.call("GET", f"/teams/{journey.team_id}")["prefix_id"]
    action = {"type": "assign", "receiver": team, "delay": "2s"}
    rules = json.dumps({"rules": [{"match": {"always": True}, "actions": [action]}]})
    router = {"name": "Later", "rules": rules, "default_receiver_team_id": journey.team_id}
    router_id = journey.client.call("POST", "/routers", router)["id"]
    endpoint = journey.make_integration("prometheus", team_ids=[], router_ids=[router_id])
    labels = {"alertname": "Later"}
    payload = {"version": "4", "groupKey": "later", "status": "firing", "commonLabels": labels, "alerts": []}
    journey.post_webhook(payload, endpoint=endpoint)

    def look() -> bool | None:
        rows = journey.client.call("GET", "/alerts?thirdparty_id=later")["data"]
        return True if rows and journey.team_id in rows[0]["destination_team_ids"] else None

    eventually("the delayed assignment", look)


def form(journey: Journey) -> None:
    """The page of a form integration is shown, says what is missing, and takes what was filled in"""
    path = f"/integration/{journey.make_integration('form')}/form"
    page = journey.door.send("GET", path)
    expect("the page", (page.status, b"<form" in page.body), (200, True))
    kind = "application/x-www-form-urlencoded"
    expect("an empty form", journey.door.send("POST", path, b"", kind).status, 422)
    fields = b"name=Ada&email=ada%40example.com&title=From+the+form&description=All+of+it&urgency=high"
    expect("a filled form", journey.door.send("POST", path, fields, kind).status, 200)

    def look() -> bool | None:
        rows = journey.client.call("GET", "/alerts?status=open")["data"]
        return True if any(row["title"] == "From the form" for row in rows) else None

    eventually("the form's alert", look)


STEPS: tuple[Step, ...] = (
    health,
    unknown_path,
    front_door,
    no_token,
    account,
    configure,
    alert_opens,
    alert_resolves,
    large_and_binary,
    mail,
    delayed,
    form,
)
