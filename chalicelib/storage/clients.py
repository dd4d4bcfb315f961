"""AWS clients and the names of what they talk to, made on first use: a cold start pays only for what it calls."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any

from chalicelib.encoding import decode, encode

_lock = threading.Lock()  # botocore's session is not safe while it makes a client

_CONNECT_SECONDS = 1
_READ_SECONDS = 3
_ATTEMPTS = 3
_PAUSES_SECONDS = 1 + 2  # at most, between the attempts: botocore waits up to 1, 2, 4, ... seconds
LONGEST_CALL_SECONDS = _ATTEMPTS * (_CONNECT_SECONDS + _READ_SECONDS) + _PAUSES_SECONDS
"""After so long a call that nobody answers has failed; every function's timeout in the template is longer."""


@cache
def _make(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        tcp_keepalive=True,
        parameter_validation=not _on_lambda(),  # a seventh of the worker's CPU; tests validate the same calls
    )
    made = boto3.client(service, config=config)
    if service == "dynamodb":
        for operation in ("Query", "BatchGetItem"):
            made.meta.events.register(f"before-parse.dynamodb.{operation}", _keep_items)
    return made


def _keep_items(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Take the items out of an answer before botocore parses it: it tries ten types on each attribute, half of the CPU
    of a list. They stay as DynamoDB sent them, bytes in base64. A botocore without this event parses them."""
    if response_dict["status_code"] == 200:
        answer = decode(response_dict["body"])
        customized_response_dict |= {name: answer.pop(name) for name in ("Items", "Responses") if name in answer}
        response_dict["body"] = encode(answer)


def _on_lambda() -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def client(service: str) -> Any:
    """The boto3 client of a service: ``dynamodb``, ``sqs`` or ``s3``."""
    with _lock:
        return _make(service)


def dynamodb() -> Any:
    return client("dynamodb")


def prepare() -> None:
    """On Lambda, make the clients that every function needs while it starts: a start has whole cores, the first
    request after it only the part of one that the function's memory buys."""
    if _on_lambda():
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
