"""Run workers in parallel, one AWS call at a time, in an order that the test chooses.

Each worker runs in a thread of its own and stops before every AWS call until it is its turn, so that a generated
schedule gives a race that happens the same way every time, and shrinks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from botocore.client import BaseClient

_turn = threading.local()
_PATIENCE_SECONDS = 20


class _Worker:
    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.go = threading.Semaphore(0)
        self.paused = threading.Semaphore(0)
        self.finished = False
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        _turn.worker = self
        self.go.acquire()
        try:
            self.work()
        except BaseException as error:
            self.error = error
        self.finished = True
        self.paused.release()

    def step(self) -> None:
        """Let the worker go on to its next AWS call, or to its end."""
        self.go.release()
        assert self.paused.acquire(timeout=_PATIENCE_SECONDS), "a worker hangs"

    def pause(self) -> None:
        self.paused.release()
        self.go.acquire()


def _wait_for_turn(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: BaseClient, operation: str, arguments: Any) -> Any:
        worker = getattr(_turn, "worker", None)
        if worker is not None:
            worker.pause()
        return original(self, operation, arguments)

    return call


def run_interleaved(works: Sequence[Callable[[], Any]], schedule: Sequence[int], monkeypatch: Any) -> None:
    """Run all works to their end; `schedule` says whose turn it is, then they take turns. Raises what one raised."""
    from chalicelib.storage import dynamo

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", _wait_for_turn(BaseClient._make_api_call))
        patch.setattr(dynamo, "back_off", lambda attempt: None)
        workers = [_Worker(work) for work in works]
        turns = list(schedule)
        while running := [worker for worker in workers if not worker.finished]:
            running[(turns.pop(0) if turns else 0) % len(running)].step()
        for worker in workers:
            worker.thread.join(_PATIENCE_SECONDS)
            if worker.error:
                raise worker.error
