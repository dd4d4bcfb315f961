"""What the operator of the deployed stack must find, step by step: timers, settings, restored tables, dead letters."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any

import boto3
from botocore.exceptions import ClientError

from dev import restore
from dev.e2e import emulator, stack
from dev.e2e.client import Client, Unexpected, eventually, expect
from dev.e2e.journey import Journey, Step

DOMAIN = "alerts.example.com"


def timers_run(journey: Journey) -> None:
    """The function that starts due timers runs with its own role"""
    answer = boto3.client("lambda").invoke(FunctionName=stack.function("Tick"), Payload=_schedule_event())
    if "FunctionError" in answer:
        raise Unexpected(answer["Payload"].read().decode()[:500])


def _schedule_event() -> bytes:
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "resources": [], "id": "e2e"}
    rest = {"version": "0", "account": "000000000000", "time": "2026-01-01T00:00:00Z", "region": "eu-west-1"}
    return json.dumps(event | rest).encode()


def protected(journey: Journey) -> None:
    """A table refuses to be deleted; without a word from the operator every deployment protects it"""
    database = boto3.client("dynamodb")
    for table in restore.TABLES:
        try:
            database.delete_table(TableName=f"signalbox-{stack.STAGE}-{table}")
        except ClientError as error:
            expect(f"the refusal to delete {table}", "protect" in str(error).lower(), True)
        else:
            raise Unexpected(f"the table of {table} was deleted")


def restored(journey: Journey) -> None:
    """Restored tables take over when a deployment names them, and the old ones are left as they are"""
    with redirect_stdout(io.StringIO()):
        expect("exit code", restore.main(["--stage", stack.STAGE, "--suffix", ".r1"]), 0)
    outputs = stack.change(journey.package, RestoredTables=".r1")
    expect("the table in use", outputs["AlertsTable"], f"signalbox-{stack.STAGE}-alerts.r1")
    expect("the old alert", journey.client.call("GET", f"/alerts/{journey.alert_id}")["id"], journey.alert_id)
    before = _count(f"signalbox-{stack.STAGE}-alerts"), _count(outputs["AlertsTable"])
    payload = {"version": "4", "groupKey": "restored", "status": "firing", "alerts": []}
    journey.post_webhook({**payload, "commonLabels": {"alertname": "After the restore"}})
    journey.await_alert("restored", "open")
    expect("items in the old table", _count(f"signalbox-{stack.STAGE}-alerts"), before[0])
    if _count(outputs["AlertsTable"]) <= before[1]:
        raise Unexpected("the alert is not in the restored table")


def _count(table: str) -> int:
    found: int = boto3.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"]
    return found


def poison(journey: Journey) -> None:
    """Of one batch, the poisoned message ends in the dead-letter queue and its neighbours are processed"""
    queues, functions = boto3.client("sqs"), boto3.client("lambda")
    queue = journey.outputs["WebhooksQueueUrl"]
    mapping = functions.list_event_source_mappings(FunctionName=stack.function("ProcessWebhooks"))
    mapping_id = mapping["EventSourceMappings"][0]["UUID"]
    functions.update_event_source_mapping(UUID=mapping_id, Enabled=False)
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})  # retries in seconds
    for number in range(3):
        payload = {"version": "4", "groupKey": f"neighbour-{number}", "status": "firing", "alerts": []}
        journey.post_webhook({**payload, "commonLabels": {"alertname": "Neighbour"}})
        if number == 1:
            queues.send_message(QueueUrl=queue, MessageBody="poison", MessageGroupId="e2e")
    functions.update_event_source_mapping(UUID=mapping_id, Enabled=True)
    for number in range(3):
        journey.await_alert(f"neighbour-{number}", "open")
    dead = eventually("a dead letter", lambda: _receive(queues, journey.outputs["WebhooksDeadLettersUrl"]))
    expect("dead letters", dead, ["poison"])


def _receive(queues: Any, url: str) -> list[str] | None:
    found = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in found] or None


def nothing_dead(journey: Journey) -> None:
    """Nothing else ended in a dead-letter queue"""
    for name in ("WebhooksDeadLettersUrl", "TasksDeadLettersUrl"):
        expect(name, _receive(boto3.client("sqs"), journey.outputs[name]), None)


def settings(journey: Journey) -> None:
    """Settings can be changed (the emulator has no mail receiving), and an own domain leads to both APIs"""
    outputs = stack.change(
        journey.package,
        DomainName=DOMAIN,
        CertificateArn=f"arn:aws:acm:{emulator.REGION}:000000000000:certificate/e2e",
        DefaultEndpoints="closed",
        AlarmEmail="ops@example.com",
        HeartbeatUrl="https://watchdog.example.com/ping",
        IngressConcurrency="2",
        Tracing="on",
        WebhooksPerSecond="1000",
        LogRetentionDays="90",
    )
    expect("base URL", outputs["BaseURL"], f"https://{DOMAIN}")
    domain = Client(boto3.client("sts").meta.endpoint_url, journey.client.token, host=DOMAIN)
    expect("health", domain.call("GET", "/health"), {"status": "ok"})
    expect("an answer at the closed URL", journey.client.send("GET", "/api/v4/health").status in (403, 404), True)
    journey.client = journey.door = domain
    shown = domain.call("GET", f"/integrations/{journey.endpoint}")["endpoint"]
    expect("the endpoint that tools are told", shown, f"https://{DOMAIN}/integration/{journey.endpoint}")
    payload = {"version": "4", "groupKey": "domain", "status": "firing", "alerts": []}
    body = {**payload, "commonLabels": {"alertname": "By the domain"}}
    expect("webhook", domain.send("POST", f"/integration/{journey.endpoint}?a=%41", body, token=False).status, 200)
    alert = journey.await_alert("domain", "open")
    logs = journey.client.call("GET", f"/logs?owner_id={alert['source_id']}")["data"]
    sent = f"https://{DOMAIN}/integration/{journey.endpoint}?a=%41"
    expect("the URL as it was sent", sent in json.dumps(logs), True)


STEPS: tuple[Step, ...] = (timers_run, protected, restored, settings, poison, nothing_dead)
