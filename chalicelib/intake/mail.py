"""E-mail on AWS: SES lays a mail in S3, S3 sends a notice to the webhooks queue, and here it becomes a request."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from chalicelib import ids
from chalicelib.adapters.kit.mail import address_reference, addresses_in, lightened
from chalicelib.adapters.kit.mime import read_part
from chalicelib.adapters.kit.request import Request
from chalicelib.intake.envelope import Envelope, seal
from chalicelib.storage import configuration, messages
from chalicelib.times import epoch_ms

_ADDRESS_HEADERS = ("x-original-to", "delivered-to", "to", "cc", "bcc")
_MOST_RECIPIENTS = 20
_ENVELOPE = re.compile(r"\sfor\s+<?([^\s<>;@]{1,64}@[^\s<>;@]{1,255})>?[\s;]")
_LARGEST_READ = 10 * 1024 * 1024
_LARGEST_MAIL = 1024 * 1024


def envelopes(notice: Mapping[str, Any], now: datetime) -> Iterator[Envelope]:
    """One request per mail and integration that it is addressed to. The id follows from the object, so a notice
    that is delivered twice gives the same requests. Raises KeyError for a message that is no notice of S3."""
    if notice.get("Event") == "s3:TestEvent":
        return
    for record in notice["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        raw = lightened(messages.read_object(key, bucket)[:_LARGEST_READ], _LARGEST_MAIL)
        for integration in _recipients(raw):
            request = _request(raw, f"{bucket}/{key}/{integration['id']}", record, now)
            yield {**seal(integration, request), "unchecked": True}  # mails come by no door that refuses spam


def _recipients(raw: bytes) -> Iterator[Mapping[str, Any]]:
    for reference in references(raw):
        key = ids.key_of(ids.INTEGRATION, reference)
        integration = configuration.endpoint(key) if key else None
        if integration and integration["enabled"] and integration["integration_type"] == "email":
            yield integration


def references(raw: bytes) -> list[str]:
    """The integrations' ids that a mail is addressed to, in any of their forms: in the envelope, which the server that
    took the mail wrote into the topmost Received header (blind copies and aliases are there alone), and in headers."""
    headers = read_part(raw).headers
    envelope = next((_ENVELOPE.findall(value) for name, value in headers if name == "received"), [])
    named = [value for wanted in _ADDRESS_HEADERS for name, value in headers if name == wanted]
    found = (address_reference(address) for address in addresses_in(", ".join([*envelope, *named])))
    return list(dict.fromkeys(reference for reference in found if reference))[:_MOST_RECIPIENTS]


def _request(raw: bytes, name: str, record: Mapping[str, Any], now: datetime) -> Request:
    received = datetime.fromisoformat(record["eventTime"]) if "eventTime" in record else now
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:10], "big")
    return Request(
        method="POST",
        url=f"mailto:{name}",
        headers={"content-type": "message/rfc822"},
        body=raw,
        id=ids.ulid(epoch_ms(received), digest),
        received_at=received,
    )
