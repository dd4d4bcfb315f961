"""AWS clients and the names of what they talk to, made on first use: a cold start pays only for what it calls."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any

_lock = threading.Lock()  # botocore's session is not safe while it makes a client


@cache
def _make(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": "standard", "total_max_attempts": 4},
        tcp_keepalive=True,
    )
    return boto3.client(service, config=config)


def client(service: str) -> Any:
    """The boto3 client of a service: ``dynamodb``, ``sqs`` or ``s3``."""
    with _lock:
        return _make(service)


def dynamodb() -> Any:
    return client("dynamodb")


def prepare() -> None:
    """On Lambda, make the clients that every function needs while it starts: a start has whole cores, the first
    request after it only the part of one that the function's memory buys."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        client("dynamodb")
        client("sqs")


def forget() -> None:
    """Make clients and names anew: for tests and the local service, which change the environment."""
    _make.cache_clear()


def name(variable: str) -> str:
    """A table, queue or bucket name from the environment, where the template puts it."""
    return os.environ[variable]


def days(variable: str, default: int) -> int:
    """A retention period in days from the environment."""
    return int(os.environ.get(variable) or default)
