"""Batches of messages: what a function did is deleted, what it did not is delivered again soon."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dev.local import events
from dev.local.events import poll, take_batch

ARN = "arn:aws:sqs:us-east-1:123456789012:q"


class Queue:
    """Stands for the SQS client: holds messages, and remembers what became of them."""

    def __init__(self, *names: str, receives: str = "1") -> None:
        self.messages = [self._message(name, receives) for name in names]
        self.deleted: list[str] = []
        self.hidden: dict[str, int] = {}

    def _message(self, name: str, receives: str) -> dict[str, Any]:
        attributes = {"ApproximateReceiveCount": receives}
        return {
            "MessageId": name,
            "ReceiptHandle": f"h-{name}",
            "Body": name,
            "MD5OfBody": "",
            "Attributes": attributes,
        }

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"QueueArn": ARN}}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        return {"Messages": self.messages} if self.messages else {}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        self.deleted.append(ReceiptHandle)

    def change_message_visibility(self, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        self.hidden[ReceiptHandle] = VisibilityTimeout


def test_an_empty_queue_calls_nothing() -> None:
    assert not take_batch(Queue(), "url", ARN, lambda event, context: pytest.fail("called"))


def test_only_what_failed_comes_again() -> None:
    queue = Queue("a", "b", "c")
    answer = {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert take_batch(queue, "url", ARN, lambda event, context: answer)
    assert (queue.deleted, list(queue.hidden)) == (["h-a", "h-c"], ["h-b"])


def test_a_function_that_raises_leaves_the_whole_batch(caplog: pytest.LogCaptureFixture) -> None:
    queue = Queue("a", "b", receives="4")

    def broken(event: Any, context: Any) -> None:
        raise RuntimeError("out of order")

    take_batch(queue, "url", ARN, broken)
    assert queue.deleted == []
    assert set(queue.hidden) == {"h-a", "h-b"}
    assert all(0 < seconds <= 10 for seconds in queue.hidden.values())
    assert "out of order" in caplog.text


def test_the_function_gets_an_event_of_sqs() -> None:
    events: list[Any] = []
    take_batch(Queue("a"), "url", ARN, lambda event, context: events.append(event))
    (record,) = events[0]["Records"]
    assert (record["messageId"], record["receiptHandle"], record["body"]) == ("a", "h-a", "a")
    assert record["eventSourceARN"] == ARN
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_a_queue_is_polled_when_there_is_something_and_until_the_stop() -> None:
    queue, stop, waits = Queue("a"), threading.Event(), []

    def wait(stopped: threading.Event) -> None:
        waits.append(stopped)
        if len(waits) == 3:
            stopped.set()

    poll(queue, "url", lambda event, context: None, stop, wait)
    assert queue.deleted == ["h-a"] * len(waits) == ["h-a"] * 3


def test_a_queue_that_fails_is_polled_again(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_RETRY_SECONDS", 0)
    queue, stop = Queue("a"), threading.Event()
    answers = iter([OSError("out of order"), {}])

    def receive(**_: Any) -> dict[str, Any]:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        stop.set()
        return answer

    queue.receive_message = receive  # type: ignore[method-assign]
    poll(queue, "url", lambda event, context: None, stop, lambda stopped: None)
    assert stop.is_set()
    assert "out of order" in caplog.text
