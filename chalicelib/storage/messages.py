"""Messages on SQS: small ones as they are, larger ones compressed, the largest laid in S3 with a pointer sent.

An SQS message holds 1 MiB; a request of that size with its headers, in base64, does not fit.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.encoding import decode, encode
from chalicelib.storage import clients

WEBHOOKS = "WEBHOOKS_QUEUE_URL"
RETRIES = "RETRIES_QUEUE_URL"
TASKS = "TASKS_QUEUE_URL"
LONGEST_DELAY_SECONDS = 900
_BUCKET = "REQUESTS_BUCKET"
_COMPRESS_ABOVE = 8 * 1024
_LARGEST_MESSAGE = 256 * 1024
_BATCH = 10
_ATTEMPTS = "attempts"


class Message(NamedTuple):
    """What is queued. `group` is the account: it gives each account its fair share of the queue. `name` names the S3
    object of a large message."""

    group: str
    content: Mapping[str, Any]
    name: str
    delay_seconds: int = 0


def send(queue: str, message: Message) -> None:
    """Queue a message durably; when this returns, it will be delivered at least once."""
    clients.client("sqs").send_message(QueueUrl=clients.name(queue), **_arguments(message))


def send_all(queue: str, messages: Sequence[Message]) -> None:
    """Queue small messages, ten at a time. Raises OSError when SQS does not take one; others may be queued then."""
    for start in range(0, len(messages), _BATCH):
        entries = [
            {"Id": str(position), **_arguments(message)}
            for position, message in enumerate(messages[start : start + _BATCH])
        ]
        answer = clients.client("sqs").send_message_batch(QueueUrl=clients.name(queue), Entries=entries)
        if answer.get("Failed"):
            raise OSError(f"SQS did not take {len(answer['Failed'])} messages: {answer['Failed'][0].get('Code')}")


def _arguments(message: Message) -> dict[str, Any]:
    delay = {"DelaySeconds": message.delay_seconds} if message.delay_seconds else {}
    return {"MessageBody": pack(message.content, message.name), "MessageGroupId": message.group, **delay}


def forward(queue: str, record: Mapping[str, Any], attempts: int, delay_seconds: int = 0) -> None:
    """Queue a message that was received (a record of an SQS event) anew, as it is. `attempts`: how often it was
    processed, for `attempts_before`."""
    delay = {"DelaySeconds": delay_seconds} if delay_seconds else {}
    group = record.get("attributes", {}).get("MessageGroupId") or "forwarded"
    clients.client("sqs").send_message(
        QueueUrl=clients.name(queue),
        MessageBody=record["body"],
        MessageGroupId=group,
        MessageAttributes={_ATTEMPTS: {"DataType": "Number", "StringValue": str(attempts)}},
        **delay,
    )


def attempts_before(record: Mapping[str, Any]) -> int:
    """How often a message was processed before it was forwarded."""
    attribute = record.get("messageAttributes", {}).get(_ATTEMPTS)
    return int(attribute["stringValue"]) if attribute else 0


def pack(content: Mapping[str, Any], name: str) -> str:
    """A message as the text of an SQS body."""
    plain = encode(content)
    if len(plain) <= _COMPRESS_ABOVE:
        return plain.decode()
    compressed = zlib.compress(plain, 6)
    if len(compressed) <= _LARGEST_MESSAGE * 3 // 4:
        return encode({"zlib": base64.b64encode(compressed)}).decode()
    key = f"requests/{name}"
    write_object(key, compressed)
    return encode({"s3": key}).decode()


def unpack(body: str) -> dict[str, Any]:
    """The message in an SQS body. Raises ValueError or KeyError for what is none of ours."""
    content = decode(body)
    if isinstance(content, dict) and "zlib" in content:
        content = decode(zlib.decompress(base64.b64decode(content["zlib"])))
    elif isinstance(content, dict) and "s3" in content:
        content = decode(zlib.decompress(read_object(content["s3"])))
    if not isinstance(content, dict):
        raise ValueError("the message is no map")
    return content


def discard(body: str) -> None:
    """Delete what a message laid in S3, once it is processed: it holds the request with its secrets."""
    content = decode(body)
    if "s3" in content:
        clients.client("s3").delete_object(Bucket=clients.name(_BUCKET), Key=content["s3"])


def read_object(key: str, bucket: str = "") -> bytes:
    """An object of the requests bucket."""
    answer = clients.client("s3").get_object(Bucket=bucket or clients.name(_BUCKET), Key=key)
    content: bytes = answer["Body"].read()
    return content


def write_object(key: str, content: bytes) -> None:
    clients.client("s3").put_object(Bucket=clients.name(_BUCKET), Key=key, Body=content)
