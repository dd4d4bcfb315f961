"""The scene that is measured: an account with a Prometheus integration that goes to a router, on moto, once through."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dev.bench.aws import Call, Recorder
from dev.local import aws, front_door

STEPS = ("create", "duplicate", "resolve")
Event = dict[str, Any]


@dataclass
class Scene:
    """What is replayed: the events that Lambda would be called with, and AWS's answers in each step."""

    environment: dict[str, str] = field(default_factory=dict)
    webhook: Event = field(default_factory=dict)
    ingest: list[Call] = field(default_factory=list)
    """The calls of a first webhook; `cached`: of one whose integration was looked up before."""
    cached: list[Call] = field(default_factory=list)
    records: dict[str, Event] = field(default_factory=dict)
    cold: dict[str, list[Call]] = field(default_factory=dict)
    """The worker's calls in each step; `worker`: with the configuration looked up before."""
    worker: dict[str, list[Call]] = field(default_factory=dict)


_HEADERS = {"host": "alerts.example.com", "x-forwarded-proto": "https", "content-type": "application/json"}


def api_event(method: str, path: str, body: Any, headers: Mapping[str, str]) -> Event:
    """What API Gateway calls `api_handler` with; bodies come in base64, as the template sets it."""
    given = {**_HEADERS, **headers}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": given,
        "multiValueHeaders": {name: [value] for name, value in given.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": "/live" + path,
            "stage": "live",
            "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "isBase64Encoded": True,
    }


def webhook_event(prefix_id: str, example: Mapping[str, Any]) -> Event:
    """What API Gateway calls `ingress` with."""
    body = json.dumps(example["request"]["json"]).encode()
    headers = {**_HEADERS, "user-agent": "Alertmanager/0.28.1", "accept-encoding": "gzip"}
    return front_door.event("POST", f"/integration/{prefix_id}", headers, body)


RULES = """
rules:
- match: {alert.title: {$regex: staging}}
  actions: [{type: ignore}]
- match: {alert.urgency: {$in: [high, critical]}}
  actions: [{type: assign, receiver: TEAM}]
"""


def record() -> Scene:
    """Play the scene on moto. Leaves this process with AWS clients that answer nobody: replay them."""
    import boto3
    from moto import mock_aws

    os.environ.update(aws.CREDENTIALS)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    with mock_aws():
        environment = aws.deploy_resources("bench")
        os.environ.update(environment)
        from chalicelib.storage import clients

        recorder = Recorder([clients.client("dynamodb"), clients.client("sqs")], boto3.client("dynamodb"))
        scene = Scene({**environment, **aws.CREDENTIALS})
        _play(scene, recorder)
    clients.forget()
    return scene


def _play(scene: Scene, recorder: Recorder) -> None:
    from chalicelib.adapters import load_examples
    from chalicelib.storage import configuration

    examples = load_examples("prometheus")
    prefix_id = _integration()
    configuration.forget()
    recorder.take()
    for step in STEPS:
        event = webhook_event(prefix_id, examples["resolve" if step == "resolve" else "create"])
        body, calls = _post(event, recorder)
        scene.ingest = scene.ingest or calls
        scene.cached = _post(event, recorder)[1]
        scene.webhook = scene.webhook or event
        scene.records[step] = {"Records": [_message(body)]}
        configuration.forget()
        scene.cold[step] = _process(scene.records[step], recorder)
    _warm(scene)


def _integration() -> str:
    """An account with a team, a router and an integration; answers the integration's prefix id."""
    import app
    from chalicelib.handling.accounts import create_account

    account = create_account("Acme", "Ada Admin", "ada@example.com", datetime.now(UTC))
    token, user = {"authorization": f"Bearer {account.token}"}, account.user["id"]

    def make(path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        answer = app.app(api_event("POST", f"/api/v4/{path}", fields, token), None)
        made: dict[str, Any] = json.loads(answer["body"])
        if answer["statusCode"] != 201:
            raise RuntimeError(f"{path}: {made}")
        return made

    team = make("teams", {"name": "Ops", "member_account_user_ids": [user], "admin_account_user_ids": [user]})
    rules = RULES.replace("TEAM", team["prefix_id"])
    router = make("routers", {"name": "Router", "rules": rules, "default_receiver_team_id": team["id"]})
    fields = {
        "name": "Prometheus",
        "urgency": "high",
        "integration_type_id": "prometheus",
        "router_ids": [router["id"]],
    }
    return str(make("integrations", fields)["prefix_id"])


def _post(event: Event, recorder: Recorder) -> tuple[str, list[Call]]:
    """Send a webhook; answers the body of its message and the calls that it took."""
    import app

    answer = app.ingress(event, None)
    calls = recorder.take()
    if answer["statusCode"] != 200:
        raise RuntimeError(answer)
    return json.loads(calls[-1].sent)["MessageBody"], calls


def _message(body: str) -> Event:
    return {"messageId": "m", "body": body, "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}


def _process(event: Event, recorder: Recorder) -> list[Call]:
    """Give a message to the worker; answers the calls that it took."""
    import app

    answer = app.process_webhooks(event, None)
    if answer["batchItemFailures"]:
        raise RuntimeError("the worker failed: see the log above")
    return recorder.take()


def _warm(scene: Scene) -> None:
    """The calls of each step once configuration is cached: those that are not about the configuration table."""
    table = f'"TableName":"{scene.environment["CONFIGURATION_TABLE"]}"'
    for step, calls in scene.cold.items():
        scene.worker[step] = [call for call in calls if table not in call.sent.replace(" ", "")]
