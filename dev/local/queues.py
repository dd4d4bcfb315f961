"""Mends of moto's queues: one call of a queue at a time, looking at each message once; and waiting without polling.

moto loses a message that is sent while another one of its queue is deleted, and looks at all messages five times for
one that is sent: a backlog would slow down its own sending.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any


def mend() -> None:
    """Mend moto's queues, for as long as this process lives."""
    from moto.sqs import models

    backend: Any = models.SQSBackend
    backend.receive_message = _one_at_a_time(backend.receive_message)
    backend.change_message_visibility = _one_at_a_time(backend.change_message_visibility)
    queue: Any = models.Queue
    queue.delete_message = _delete_message
    queue.messages = property(_visible)
    queue.approximate_number_of_messages_not_visible = property(_count_hidden)
    queue.approximate_number_of_messages_delayed = property(_count_delayed)


def wait_for_message(queue: Any, stop: threading.Event) -> None:
    """Return when a message of the queue can be received, or soon after `stop` is set and the queue is `wake`d."""
    with queue._messages_lock:
        while not (stop.is_set() or queue.messages):
            due = min((max(message.visible_at, message.delayed_until) for message in queue._messages), default=None)
            queue._messages_lock.wait(None if due is None else max(0.0, (due - _now()) / 1000) + 0.001)


def wake(queue: Any) -> None:
    """Let whoever waits for a message look again."""
    with queue._messages_lock:
        queue._messages_lock.notify_all()


def _one_at_a_time(call: Callable[..., Any]) -> Callable[..., Any]:
    """Under the lock of the queue, which a receiver that waits lets go of. Who waits looks again afterwards."""

    @functools.wraps(call)
    def guarded(backend: Any, queue_name: str, *arguments: Any, **named: Any) -> Any:
        queue = backend.get_queue(queue_name)
        with queue._messages_lock:
            answer = call(backend, queue_name, *arguments, **named)
            queue._messages_lock.notify_all()
            return answer

    return guarded


def _delete_message(queue: Any, receipt_handle: str) -> None:
    """Deleting twice is no error. Raises moto's exception for a handle that never was."""
    from moto.sqs.exceptions import ReceiptHandleIsInvalid

    with queue._messages_lock:
        if receipt_handle in queue.deleted_messages:
            return
        for position, message in enumerate(queue._messages):
            if message.receipt_handle == receipt_handle or receipt_handle in message._old_receipt_handles:
                del queue._messages[position]
                queue.pending_messages.discard(message)
                queue.deleted_messages.update(message.all_receipt_handles)
                return
        raise ReceiptHandleIsInvalid


def _now() -> float:
    from moto.core.utils import unix_time_millis

    return float(unix_time_millis())


def _visible(queue: Any) -> list[Any]:
    now = _now()
    return [message for message in queue._messages if message.visible_at < now >= message.delayed_until]


def _count_hidden(queue: Any) -> int:
    now = _now()
    return len([message for message in queue._messages if message.visible_at >= now])


def _count_delayed(queue: Any) -> int:
    now = _now()
    return len([message for message in queue._messages if message.delayed_until > now])
