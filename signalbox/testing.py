"""A world to test in: the whole service on an AWS in memory, queues that are delivered by hand, a clock that is set.

The pytest plugin of this package makes one for each test that asks for the fixture `world`; docs/testing.md shows how.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dev import project
from dev.local import aws, events, front_door, mends

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
STAGE = "test"


@dataclass
class Answer:
    status: int
    json: Any
    headers: dict[str, str]
    text: str


class World:
    """One account of a running service. `now` moves only when told to."""

    def __init__(self, app: Any, clock: Any) -> None:
        """Of a Chalice app and of the clock that is set: time_machine's."""
        from chalice.test import Client

        from chalicelib.handling.accounts import create_account
        from chalicelib.storage import clients

        self.app = app
        self.clock = clock
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
        """Run the schedule of each minute."""
        from chalicelib.handling.schedule import tick

        tick(self.now)

    def http(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request: a map or list as JSON, text or bytes as they are."""
        if isinstance(body, (dict, list)):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
        content = body.encode() if isinstance(body, str) else body or b""
        headers = {"Host": "signalbox.test", **(headers or {})}
        if front_door.is_ingress(path):
            taken = self.app.handler_map["ingress"](front_door.event(method, path, headers, content), None)
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
        """Call the API, with the account's token unless another is given; `path` follows /api/v4."""
        headers = {"Authorization": f"Bearer {token or self.token}", **headers}
        return self.http(method, f"/api/v4{path}", body, headers)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API and insist on success."""
        answer = self.api(method, path, body)
        assert answer.status < 300, (method, path, answer.status, answer.text)
        return answer.json

    def messages(self, variable: str = "WEBHOOKS_QUEUE_URL") -> list[dict[str, Any]]:
        """What is on a queue and visible, as records of an SQS event; received, so invisible for a while."""
        return self._receive(os.environ[variable])

    def _receive(self, url: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while received := events.receive(self.sqs, url, 10):
            records += [events.record(message, "arn:aws:sqs:us-east-1:123456789012:queue") for message in received]
        return records

    def process(self, records: list[dict[str, Any]], function: str = "process_webhooks") -> list[str]:
        """Invoke a queue function with a batch; answers the message ids that failed."""
        answer = self.app.handler_map[function]({"Records": records}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def deliver(self) -> int:
        """Deliver everything that is on the queues now; what fails stays there. Answers how many were delivered."""
        return sum(self._deliver(source) for source in events.sources(self.app, STAGE))

    def _deliver(self, source: events.Source) -> int:
        if not aws.queues()[source.queue].messages:
            return 0
        url = self.sqs.get_queue_url(QueueName=source.queue)["QueueUrl"]
        records = self._receive(url)
        for start in range(0, len(records), source.batch_size):
            batch = records[start : start + source.batch_size]
            failed = {each["itemIdentifier"] for each in source.function({"Records": batch}, None)["batchItemFailures"]}
            for record in batch:
                if record["messageId"] not in failed:
                    self.sqs.delete_message(QueueUrl=url, ReceiptHandle=record["receiptHandle"])
        return len(records)

    def take(self) -> list[dict[str, Any]]:
        """Take everything off the webhooks queue, oldest request first, to be processed by hand."""
        from chalicelib.storage.messages import unpack

        records = self.messages()
        for record in records:
            self.sqs.delete_message(QueueUrl=os.environ["WEBHOOKS_QUEUE_URL"], ReceiptHandle=record["receiptHandle"])
        return sorted(records, key=lambda record: str(unpack(record["body"])["log_id"]))

    # What most tests need.

    def team(self, name: str = "Ops", **fields: Any) -> Any:
        """A new team with the account's admin in it."""
        user = self.account.user["id"]
        return self.ok(
            "POST",
            "/teams",
            {"name": name, "member_account_user_ids": [user], "admin_account_user_ids": [user], **fields},
        )

    def integration(self, slug: str = "webhook", **fields: Any) -> Any:
        """A new integration of a type; of a new team unless the fields say whose."""
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
        path = f"/logs?limit=100&format=json&owner_id={integration['id']}"
        found: list[dict[str, Any]] = self.ok("GET", path)["data"]
        return found

    def alerts(self, **filters: Any) -> list[dict[str, Any]]:
        """The alerts, newest first, as the API lists them."""
        query = "&".join(f"{name}={value}" for name, value in {"limit": 100, **filters}.items())
        found: list[dict[str, Any]] = self.ok("GET", f"/alerts?{query}")["data"]
        return found


@contextmanager
def service() -> Iterator[Any]:
    """The app on an AWS in memory, for as long as the context lasts: no call of boto3 leaves this process meanwhile."""
    from moto import mock_aws

    before = dict(os.environ)
    os.environ.update(aws.CREDENTIALS)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    try:
        with mock_aws():
            mends.apply()
            os.environ.update(aws.deploy_resources(STAGE))
            yield project.application().app
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def fresh_world(app: Any) -> Iterator[World]:
    """A world with nothing in it but a new account, at START, of an app that is in `service`."""
    import time_machine

    from chalicelib import ids
    from chalicelib.storage import configuration, rates

    with time_machine.travel(START, tick=False) as clock:
        configuration.forget()
        rates.forget()
        ids._latest[0] = -1  # the clock was set back since the last test
        if not aws.tables():  # another test mocked AWS too, and emptied it
            os.environ.update(aws.deploy_resources(STAGE))
        for queue in aws.queues().values():
            queue._messages.clear()  # PurgeQueue is allowed once a minute, and the clock stands still
        for table in aws.tables().values():
            table.items.clear()
        yield World(app, clock)
