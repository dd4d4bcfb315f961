"""Messages on SQS: small ones as they are, larger ones compressed, the largest laid in S3 with a pointer sent.

An SQS message holds 1 MiB; a request of that size with its headers, in base64, does not fit.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from chalicelib.storage import clients

WEBHOOKS = "WEBHOOKS_QUEUE_URL"
TASKS = "TASKS_QUEUE_URL"
_BUCKET = "REQUESTS_BUCKET"
_COMPRESS_ABOVE = 8 * 1024
_LARGEST_MESSAGE = 256 * 1024
LONGEST_DELAY_SECONDS = 900


def send(queue: str, group: str, message: Mapping[str, Any], delay_seconds: int = 0, name: str = "") -> None:
    """Queue a message durably; when this returns, it will be delivered at least once. `group` is the account: it
    gives each account its fair share of the queue. `name` names the S3 object of a large message."""
    arguments: dict[str, Any] = {"DelaySeconds": delay_seconds} if delay_seconds else {}
    clients.client("sqs").send_message(
        QueueUrl=clients.name(queue), MessageBody=pack(message, name), MessageGroupId=group, **arguments
    )


def pack(message: Mapping[str, Any], name: str) -> str:
    """A message as the text of an SQS body."""
    plain = orjson.dumps(message)
    if len(plain) <= _COMPRESS_ABOVE:
        return plain.decode()
    packed = base64.b64encode(zlib.compress(plain, 6))
    if len(packed) <= _LARGEST_MESSAGE:
        return orjson.dumps({"zlib": packed.decode()}).decode()
    key = f"requests/{name}"
    clients.client("s3").put_object(Bucket=clients.name(_BUCKET), Key=key, Body=zlib.compress(plain, 6))
    return orjson.dumps({"s3": key}).decode()


def unpack(body: str) -> dict[str, Any]:
    """The message in an SQS body. Raises ValueError or KeyError for what is none of ours."""
    message: dict[str, Any] = orjson.loads(body)
    if "zlib" in message:
        message = orjson.loads(zlib.decompress(base64.b64decode(message["zlib"])))
    elif "s3" in message:
        message = orjson.loads(zlib.decompress(read_object(message["s3"])))
    if not isinstance(message, dict):
        raise ValueError("the message is no map")
    return message


def read_object(key: str, bucket: str = "") -> bytes:
    """An object of the requests bucket."""
    answer = clients.client("s3").get_object(Bucket=bucket or clients.name(_BUCKET), Key=key)
    content: bytes = answer["Body"].read()
    return content


def write_object(key: str, content: bytes) -> None:
    clients.client("s3").put_object(Bucket=clients.name(_BUCKET), Key=key, Body=content)
