"""What calls the functions in place of Lambda's event sources: SQS polling with partial batches, and the schedule."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalice.app import SQSEventConfig

Function = Callable[[Mapping[str, Any], Any], Any]
Wait = Callable[[threading.Event], None]
TICK_SECONDS = 20.0
_RETRY_SECONDS = 2
_logger = logging.getLogger("signalbox")


@dataclass(frozen=True)
class Source:
    """A queue that calls a function with so many messages at once, as the app declares it."""

    queue: str
    function: Function
    batch_size: int


def sources(app: Any, stage: str) -> list[Source]:
    """The queues of a Chalice app in a stage: what it declares as signalbox-x is named signalbox-STAGE-x."""
    return [
        Source(
            str(declared.queue).replace("signalbox-", f"signalbox-{stage}-", 1),
            app.handler_map[declared.name],
            declared.batch_size,
        )
        for declared in app.event_sources
        if isinstance(declared, SQSEventConfig)
    ]


def poll(sqs: Any, source: Source, stop: threading.Event, wait: Wait) -> None:
    """Give a queue's messages to its function until `stop` is set. `wait` returns when there is one, or to stop."""
    url = sqs.get_queue_url(QueueName=source.queue)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    while not stop.is_set():
        wait(stop)
        try:
            take_batch(sqs, url, arn, source)
        except Exception:
            if not stop.is_set():
                _logger.exception("a batch of %s failed", source.queue)
            stop.wait(_RETRY_SECONDS)


def take_batch(sqs: Any, queue_url: str, queue_arn: str, source: Source) -> bool:
    """Receive messages and call the function; delete those that it did, show the others again soon, until the queue's
    redrive policy sets them aside. Answers whether there were any."""
    received = receive(sqs, queue_url, source.batch_size)
    if not received:
        return False
    try:
        answer = source.function({"Records": [record(message, queue_arn) for message in received]}, None) or {}
        failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])}
    except Exception:
        _logger.exception("a whole batch of %d messages failed", len(received))
        failed = {message["MessageId"] for message in received}
    for message in received:
        handle = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
        if message["MessageId"] in failed:
            attempt = int(message["Attributes"]["ApproximateReceiveCount"])
            sqs.change_message_visibility(**handle, VisibilityTimeout=min(attempt, _RETRY_SECONDS))
        else:
            sqs.delete_message(**handle)
    return True


def receive(sqs: Any, queue_url: str, most: int) -> list[Any]:
    """What SQS has now of a queue's messages, with all attributes."""
    all_ = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=most, WaitTimeSeconds=0, **all_)
    found: list[Any] = answer.get("Messages", [])
    return found


def record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """A message as it is in the event that Lambda makes."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": _attributes(message.get("MessageAttributes", {})),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attributes(received: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"dataType": attribute["DataType"], "stringValue": attribute.get("StringValue")}
        for name, attribute in received.items()
    }


def tick(function: Function, stop: threading.Event) -> None:
    """Call a scheduled function now and every few seconds until `stop` is set."""
    while not stop.is_set():
        try:
            function(_schedule_event(), None)
        except Exception:
            if not stop.is_set():
                _logger.exception("the schedule failed")
        stop.wait(TICK_SECONDS)


def _schedule_event() -> dict[str, Any]:
    return {
        "version": "0",
        "id": "local",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": "123456789012",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }
