"""Where the local service listens: on this machine alone."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"
_BACKLOG = 128


def listen(port: int) -> socket.socket:
    """A socket that listens; 0 takes any free port. Raises OSError when the port is taken."""
    return socket.create_server((HOST, port), backlog=_BACKLOG)


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
