"""The mends of moto's queues: the same counts, nothing lost, no cost that grows, and waiting without polling."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import SQSBackend

from dev.local import mends, queues
from signalbox.testing import START
from tests.local import pristine

mends.apply()
MOTO_QUEUE = pristine.module("moto.sqs.models").Queue
PATIENCE_SECONDS = 10


def a_backend(backlog: int = 0) -> SQSBackend:
    backend = SQSBackend("us-east-1", "123456789012")
    backend.create_queue("q")
    for number in range(backlog):
        backend.send_message("q", f"message {number}")
    return backend


def receive(backend: SQSBackend, visibility_timeout: int = 60) -> Any:
    (message,) = backend.receive_message("q", 1, 0, visibility_timeout)
    return message


def test_the_counts_are_motos() -> None:
    with time_machine.travel(START, tick=False) as clock:
        backend = a_backend(backlog=5)
        backend.send_message("q", "later", delay_seconds=10)
        clock.shift(timedelta(milliseconds=1))
        receive(backend, 20)
        receive(backend, 5)
        queue: Any = backend.queues["q"]
        for _ in range(25):
            for name in (
                "messages",
                "approximate_number_of_messages",
                "approximate_number_of_messages_not_visible",
                "approximate_number_of_messages_delayed",
            ):
                assert getattr(queue, name) == getattr(MOTO_QUEUE, name).fget(queue), name
            clock.shift(timedelta(seconds=1))
        assert queue.approximate_number_of_messages == 6


def test_a_message_is_deleted_by_any_of_its_handles_and_once() -> None:
    backend = a_backend(backlog=3)
    first = receive(backend, 0)
    again = receive(backend, 60)
    assert (first.id, first.receipt_handle != again.receipt_handle) == (again.id, True)
    backend.delete_message("q", first.receipt_handle)
    backend.delete_message("q", first.receipt_handle)
    assert [message.body for message in backend.queues["q"].messages] == ["message 1", "message 2"]
    with pytest.raises(ReceiptHandleIsInvalid):
        backend.delete_message("q", "no such handle")


def test_a_message_that_is_sent_while_others_are_deleted_stays() -> None:
    backend = a_backend(backlog=200)

    def delete() -> None:
        for _ in range(200):
            backend.delete_message("q", receive(backend).receipt_handle)

    def send() -> None:
        for number in range(500):
            backend.send_message("q", f"new {number}")

    in_threads(delete, send, send)
    assert len(backend.queues["q"]._messages) == 1000


def test_two_receivers_never_get_the_same_message() -> None:
    backend = a_backend(backlog=400)
    received: list[str] = []

    def take() -> None:
        for _ in range(200):
            received.append(receive(backend).id)

    in_threads(take, take)
    assert len(set(received)) == 400


def in_threads(*works: Any) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_a_message_costs_the_same_whatever_waits_behind_it() -> None:
    def cost(backlog: int) -> int:
        backend = a_backend(backlog)

        def work() -> None:
            backend.send_message("q", "one more")
            message = receive(backend)
            backend.change_message_visibility("q", message.receipt_handle, 0)
            backend.delete_message("q", receive(backend).receipt_handle)

        return pristine.calls_of(work)

    assert cost(1000) == cost(20)


class Waiter:
    """A thread that waits for a message of a queue."""

    def __init__(self, backend: SQSBackend) -> None:
        self.queue, self.stop, self.woken = backend.queues["q"], threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._wait, daemon=True)
        self.thread.start()

    def _wait(self) -> None:
        queues.wait_for_message(self.queue, self.stop)
        self.woken.set()

    def end(self) -> None:
        self.stop.set()
        queues.wake(self.queue)
        assert self.woken.wait(PATIENCE_SECONDS)


def test_who_waits_is_woken_when_a_message_is_sent() -> None:
    backend = a_backend()
    waiter = Waiter(backend)
    assert not waiter.woken.is_set()
    backend.send_message("q", "here")
    assert waiter.woken.wait(PATIENCE_SECONDS)


def test_who_waits_is_woken_when_a_message_can_be_received_again() -> None:
    backend = a_backend(backlog=1)
    message = receive(backend, 600)
    waiter = Waiter(backend)
    backend.change_message_visibility("q", message.receipt_handle, 0)
    assert waiter.woken.wait(PATIENCE_SECONDS)


def test_who_waits_for_a_message_that_is_hidden_looks_when_it_is_due() -> None:
    backend = a_backend(backlog=1)
    receive(backend, 1)
    waiter = Waiter(backend)
    assert waiter.woken.wait(PATIENCE_SECONDS)


def test_who_waits_is_woken_to_stop() -> None:
    Waiter(a_backend()).end()
