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

    def get_queue_url(self, **_: Any) -> dict[str, Any]:
        return {"QueueUrl": "url"}

    def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Messages": self.messages[:MaxNumberOfMessages]} if self.messages else {}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        self.deleted.append(ReceiptHandle)

    def change_message_visibility(self, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        self.hidden[ReceiptHandle] = VisibilityTimeout


def source(function: events.Function) -> events.Source:
    return events.Source("q", function, 7)


def test_an_empty_queue_calls_nothing() -> None:
    assert not take_batch(Queue(), "url", ARN, source(lambda event, context: pytest.fail("called")))


def test_a_function_gets_no_more_at_once_than_the_app_says() -> None:
    sizes: list[int] = []
    taken = events.Source("q", lambda event, context: sizes.append(len(event["Records"])), 2)
    take_batch(Queue("a", "b", "c"), "url", ARN, taken)
    assert sizes == [2]


def test_the_sources_are_those_that_the_app_declares(world: Any) -> None:
    found = {(each.queue, each.batch_size) for each in events.sources(world.app, "local")}
    assert found == {("signalbox-local-webhooks", 10), ("signalbox-local-retries", 1), ("signalbox-local-tasks", 10)}


def test_only_what_failed_comes_again() -> None:
    queue = Queue("a", "b", "c")
    answer = {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert take_batch(queue, "url", ARN, source(lambda event, context: answer))
    assert (queue.deleted, list(queue.hidden)) == (["h-a", "h-c"], ["h-b"])


def test_a_function_that_raises_leaves_the_whole_batch(caplog: pytest.LogCaptureFixture) -> None:
    queue = Queue("a", "b", receives="4")

    def broken(event: Any, context: Any) -> None:
        raise RuntimeError("out of order")

    take_batch(queue, "url", ARN, source(broken))
    assert queue.deleted == []
    assert set(queue.hidden) == {"h-a", "h-b"}
    assert all(0 < seconds <= 10 for seconds in queue.hidden.values())
    assert "out of order" in caplog.text


def test_the_function_gets_an_event_of_sqs() -> None:
    taken: list[Any] = []
    take_batch(Queue("a"), "url", ARN, source(lambda event, context: taken.append(event)))
    (record,) = taken[0]["Records"]
    assert (record["messageId"], record["receiptHandle"], record["body"]) == ("a", "h-a", "a")
    assert record["eventSourceARN"] == ARN
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_a_queue_is_polled_when_there_is_something_and_until_the_stop() -> None:
    queue, stop, waits = Queue("a"), threading.Event(), []

    def wait(stopped: threading.Event) -> None:
        waits.append(stopped)
        if len(waits) == 3:
            stopped.set()

    poll(queue, source(lambda event, context: None), stop, wait)
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
    poll(queue, source(lambda event, context: None), stop, lambda stopped: None)
    assert stop.is_set()
    assert "out of order" in caplog.text


def test_the_schedule_runs_at_the_start_and_until_the_stop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(events, "TICK_SECONDS", 0)
    stop, runs = threading.Event(), []

    def schedule(event: Any, context: Any) -> None:
        runs.append(event["detail-type"])
        if len(runs) == 3:
            stop.set()
        elif len(runs) == 2:
            raise RuntimeError("out of order")

    events.tick(schedule, stop)
    assert runs == ["Scheduled Event"] * 3
    assert "out of order" in caplog.text
