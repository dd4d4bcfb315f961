"""The world that tests live in: the app on moto, queues pumped by hand, a clock that tests set."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from dev.local import aws, front_door, mends

QUEUES = (
    ("WEBHOOKS_QUEUE_URL", "process_webhooks", 10),
    ("RETRIES_QUEUE_URL", "process_retries", 1),
    ("TASKS_QUEUE_URL", "process_tasks", 10),
)
"""The queues, their functions and how many messages each takes at once."""

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


@dataclass
class Answer:
    status: int
    json: Any
    headers: dict[str, str]
    text: str


class World:
    """One account of a running service. `now` moves only when told to."""

    def __init__(self, app: Any, traveller: Any) -> None:
        from chalice.test import Client

        from chalicelib.handling.accounts import create_account
        from chalicelib.storage import clients

        self.app = app
        self.clock = traveller
        self.client = Client(app)
        self.sqs = clients.client("sqs")
        self.account = create_account("Acme", "Ada Admin", "ada@example.com", self.now)
        self.token = self.account.token

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, **duration: float) -> None:
        """Let time pass, and everything that falls due in it happen, a minute at a time."""
        end = self.now + timedelta(**duration)
        while self.now < end:
            self.clock.move_to(min(end, self.now + timedelta(minutes=1)))
            self.tick()
            self.deliver()

    def tick(self) -> None:
        from chalicelib.handling.schedule import tick

        tick(self.now)

    def http(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        if isinstance(body, (dict, list)):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
        content = body.encode() if isinstance(body, str) else body or b""
        headers = {"Host": "signalbox.test", **(headers or {})}
        if front_door.is_ingress(path):
            taken = self.app_module.ingress(front_door.event(method, path, headers, content), None)
            status, text, sent = taken["statusCode"], taken["body"], taken["headers"]
        else:
            found = self.client.http.request(method, path, headers=headers, body=content)
            status, sent = found.status_code, dict(found.headers)
            text = found.body.decode() if isinstance(found.body, bytes) else str(found.body)
        try:
            parsed = json.loads(text) if text else None
        except ValueError:
            parsed = None
        return Answer(status, parsed, sent, text)

    def api(self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> Answer:
        headers = {"Authorization": f"Bearer {token or self.token}", **headers}
        return self.http(method, f"/api/v4{path}", body, headers)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API and insist on success."""
        answer = self.api(method, path, body)
        assert answer.status < 300, (method, path, answer.status, answer.text)
        return answer.json

    def messages(self, variable: str = "WEBHOOKS_QUEUE_URL") -> list[dict[str, Any]]:
        """What is on a queue and visible, as records of an SQS event; received, so invisible for a while."""
        records: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=os.environ[variable],
                MaxNumberOfMessages=10,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
                WaitTimeSeconds=0,
            )
            if not answer.get("Messages"):
                return records
            records += [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "messageAttributes": {
                        name: {"dataType": value["DataType"], "stringValue": value["StringValue"]}
                        for name, value in message.get("MessageAttributes", {}).items()
                    },
                    "eventSource": "aws:sqs",
                    "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                }
                for message in answer["Messages"]
            ]

    def process(self, records: list[dict[str, Any]], function: str = "process_webhooks") -> list[str]:
        """Invoke a queue function with a batch; answers the message ids that failed."""
        handler = getattr(self.app_module, function)
        answer = handler({"Records": records}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    @property
    def app_module(self) -> Any:
        import app

        return app

    def deliver(self) -> int:
        """Deliver everything that is on the queues now; what fails stays there. Answers how many were delivered."""
        count = 0
        for variable, function, size in QUEUES:
            records = self.messages(variable)
            batches = [records[start : start + size] for start in range(0, len(records), size)]
            failed = [identifier for batch in batches for identifier in self.process(batch, function)]
            count += len(records)
            for record in records:
                if record["messageId"] not in failed:
                    self.sqs.delete_message(QueueUrl=os.environ[variable], ReceiptHandle=record["receiptHandle"])
        return count

    def take(self) -> list[dict[str, Any]]:
        """Take everything off the webhooks queue, oldest request first, to be processed by hand."""
        from chalicelib.storage.messages import unpack

        records = self.messages()
        for record in records:
            self.sqs.delete_message(QueueUrl=os.environ["WEBHOOKS_QUEUE_URL"], ReceiptHandle=record["receiptHandle"])
        return sorted(records, key=lambda record: str(unpack(record["body"])["log_id"]))

    # What most tests need.

    def team(self, name: str = "Ops", **fields: Any) -> Any:
        user = self.account.user["id"]
        return self.ok(
            "POST",
            "/teams",
            {"name": name, "member_account_user_ids": [user], "admin_account_user_ids": [user], **fields},
        )

    def integration(self, slug: str = "webhook", **fields: Any) -> Any:
        given = {"name": slug, "urgency": "medium", "integration_type_id": slug, **fields}
        if not any(name in given for name in ("team_ids", "router_ids", "account_user_ids")):
            given["team_ids"] = [self.team()["id"]]
        return self.ok("POST", "/integrations", given)

    def hook(self, integration: Any, body: Any = None, method: str = "POST", **headers: str) -> Answer:
        """Send a webhook to an integration."""
        return self.http(method, f"/integration/{integration['prefix_id']}", body, headers)

    def send(self, integration: Any, body: Any) -> None:
        """Send a webhook, insist that it is taken, and process it."""
        assert self.hook(integration, body).status == 200
        self.deliver()

    def requests(self, integration: Any) -> list[dict[str, Any]]:
        """The logs of the requests that an integration received, newest first."""
        found: list[dict[str, Any]] = self.ok("GET", f"/logs?limit=100&format=json&owner_id={integration['id']}")[
            "data"
        ]
        return found

    def alerts(self, **filters: Any) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in {"limit": 100, **filters}.items())
        found: list[dict[str, Any]] = self.ok("GET", f"/alerts?{query}")["data"]
        return found


@pytest.fixture(scope="session")
def _app() -> Iterator[Any]:
    from moto import mock_aws

    os.environ.update(aws.CREDENTIALS)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    with mock_aws():
        mends.apply()
        os.environ.update(aws.deploy_resources("test"))
        import app

        yield app.app


@pytest.fixture
def world(_app: Any) -> Iterator[World]:
    """A fresh account at 09:00 UTC on a Monday, with empty queues."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.dynamodb.models import dynamodb_backends
    from moto.sqs.models import sqs_backends

    from chalicelib import ids
    from chalicelib.storage import configuration, rates

    with time_machine.travel(START, tick=False) as traveller:
        configuration.forget()
        rates.forget()
        ids._latest[0] = -1  # the clock was set back since the last test
        for queue in sqs_backends[DEFAULT_ACCOUNT_ID][aws.REGION].queues.values():
            queue._messages.clear()  # PurgeQueue is allowed once a minute, and the clock stands still
        for table in dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.REGION].tables.values():
            table.items.clear()
        yield World(_app, traveller)
