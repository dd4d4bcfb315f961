"""SIGINT and SIGTERM as one request to stop that is never lost, whenever it comes."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Sequence
from types import FrameType


class Stop:
    """Takes over both signals of this process; to be made in its main thread, before anything is started.

    Until `wait` is called for the first time, a signal also raises SystemExit in the main thread: so starting is cut
    short. From then on none interrupts anything, not even a second one what the first made come to its end.
    """

    def __init__(self) -> None:
        self._received, sender = socket.socketpair()
        self._sender = sender
        self._received.setblocking(False)
        sender.setblocking(False)
        self._raises = True
        # The interpreter writes a byte here the moment a signal comes, between any two instructions of any thread:
        # what waits for the byte cannot miss it, as a lock can that is taken just after the last look for signals.
        signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._raises:
            self._raises = False
            raise SystemExit(0)

    def wait(self, seconds: float | None = None, others: Sequence[int] = ()) -> bool:
        """Wait for a signal, for one of `others` (file descriptors) to become readable, or for so long. Answers whether
        one of them came; signals that came before count."""
        self._raises = False
        ready, _, _ = select.select([self._received.fileno(), *others], [], [], seconds)
        return bool(ready)
