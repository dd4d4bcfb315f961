"""The scene that is measured: an account with a Prometheus integration that goes to a router, on moto, once through."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


def webhook_event(prefix_id: str, body: Any) -> Event:
    """What API Gateway calls `ingress` with."""
    headers = {**_HEADERS, "user-agent": "Alertmanager/0.28.1", "accept-encoding": "gzip"}
    return front_door.event("POST", f"/integration/{prefix_id}", headers, json.dumps(body).encode())


RULES = """
rules:
- match: {alert.title: {$regex: staging}}
  actions: [{type: ignore}]
- match: {alert.urgency: {$in: [high, critical]}}
  actions: [{type: assign, receiver: TEAM}]
"""


@contextmanager
def laboratory() -> Iterator[Lab]:
    """An account on moto whose calls to AWS are counted. Leaves this process with AWS clients that answer nobody."""
    import boto3
    from moto import mock_aws

    os.environ.update(aws.CREDENTIALS)
    for name in ("AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_NAME"):
        os.environ.pop(name, None)
    with mock_aws():
        environment = aws.deploy_resources("bench")
        os.environ.update(environment)
        from chalicelib.handling.accounts import create_account
        from chalicelib.storage import clients

        clients.forget()  # those that an earlier part of the bench answers
        counted = [clients.client(name) for name in ("dynamodb", "sqs", "s3")]
        recorder = Recorder(counted, boto3.client("dynamodb"))
        account = create_account("Acme", "Ada Admin", "ada@example.com", datetime.now(UTC))
        yield Lab(environment, recorder, account.token, account.user["id"])
    clients.forget()


@dataclass
class Lab:
    """What a bench does with the account: make things, send webhooks, process them."""

    environment: dict[str, str]
    recorder: Recorder
    token: str
    user_id: str

    def make(self, path: str, **fields: Any) -> dict[str, Any]:
        import app

        token = {"authorization": f"Bearer {self.token}"}
        answer = app.app(api_event("POST", f"/api/v4/{path}", fields, token), None)
        made: dict[str, Any] = json.loads(answer["body"])
        if answer["statusCode"] != 201:
            raise RuntimeError(f"{path}: {made}")
        return made

    def team(self, name: str) -> dict[str, Any]:
        members = [self.user_id]
        return self.make("teams", name=name, member_account_user_ids=members, admin_account_user_ids=members)

    def router(self, rules: str, team: Mapping[str, Any]) -> dict[str, Any]:
        return self.make("routers", name="Router", rules=rules, default_receiver_team_id=team["id"])

    def integration(self, slug: str, **fields: Any) -> dict[str, Any]:
        return self.make("integrations", name=slug, urgency="high", integration_type_id=slug, **fields)

    def post(self, event: Event) -> tuple[str, list[Call]]:
        """Send a webhook; answers the body of its message and the calls that it took."""
        import app

        answer = app.ingress(event, None)
        calls = self.recorder.take()
        if answer["statusCode"] != 200:
            raise RuntimeError(answer)
        return json.loads(calls[-1].sent)["MessageBody"], calls

    def process(self, event: Event) -> list[Call]:
        """Give a message to the worker; answers the calls that it took."""
        import app

        answer = app.process_webhooks(event, None)
        if answer["batchItemFailures"]:
            raise RuntimeError("the worker failed: see the log above")
        return self.recorder.take()

    def send(self, integration: Mapping[str, Any], body: Any, times: int = 1) -> list[Call]:
        """Send a webhook so many times and process all in one batch; answers the worker's calls."""
        messages = [self.post(webhook_event(integration["prefix_id"], body))[0] for _ in range(times)]
        self.recorder.take()
        return self.process({"Records": [message_record(each, f"m{place}") for place, each in enumerate(messages)]})


def record() -> Scene:
    """Play the scene on moto. Leaves this process with AWS clients that answer nobody: replay them."""
    with laboratory() as lab:
        scene = Scene({**lab.environment, **aws.CREDENTIALS})
        _play(scene, lab)
    return scene


def _play(scene: Scene, lab: Lab) -> None:
    from chalicelib.adapters import load_examples
    from chalicelib.storage import configuration

    examples = load_examples("prometheus")
    team = lab.team("Ops")
    router = lab.router(RULES.replace("TEAM", team["prefix_id"]), team)
    prefix_id = str(lab.integration("prometheus", router_ids=[router["id"]])["prefix_id"])
    configuration.forget()
    lab.recorder.take()
    for step in STEPS:
        example = examples["resolve" if step == "resolve" else "create"]
        event = webhook_event(prefix_id, example["request"]["json"])
        body, calls = lab.post(event)
        scene.ingest = scene.ingest or calls
        scene.cached = lab.post(event)[1]
        scene.webhook = scene.webhook or event
        scene.records[step] = {"Records": [message_record(body)]}
        configuration.forget()
        scene.cold[step] = lab.process(scene.records[step])
    _warm(scene)


def message_record(body: str, name: str = "m") -> Event:
    return {"messageId": name, "body": body, "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}


def _warm(scene: Scene) -> None:
    """The calls of each step once configuration is cached: those that are not about the configuration table."""
    table = f'"TableName":"{scene.environment["CONFIGURATION_TABLE"]}"'
    for step, calls in scene.cold.items():
        scene.worker[step] = [call for call in calls if table not in call.sent.replace(" ", "")]
