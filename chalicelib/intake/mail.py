"""E-mail on AWS: SES lays a mail in S3, S3 sends a notice to the webhooks queue, and here it becomes a request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Any
from urllib.parse import unquote_plus

from chalicelib import ids
from chalicelib.adapters.kit.mail import address_reference
from chalicelib.adapters.kit.request import Request
from chalicelib.intake.envelope import Envelope, seal
from chalicelib.storage import configuration, messages
from chalicelib.times import epoch_ms

_ADDRESS_HEADERS = ("x-original-to", "delivered-to", "to", "cc", "bcc")
_MOST_RECIPIENTS = 20


def envelopes(notice: Mapping[str, Any], now: datetime) -> Iterator[Envelope]:
    """One request per mail and integration that it is addressed to. The id follows from the object, so a notice
    that is delivered twice gives the same requests. Raises KeyError for a message that is no notice of S3."""
    if notice.get("Event") == "s3:TestEvent":
        return
    for record in notice["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        raw = messages.read_object(key, bucket)
        for integration in _recipients(raw):
            request = _request(raw, f"{bucket}/{key}/{integration['id']}", record, now)
            yield {**seal(integration, request), "unchecked": True}  # mails come by no door that refuses spam


def _recipients(raw: bytes) -> Iterator[Mapping[str, Any]]:
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    values = [str(value) for name in _ADDRESS_HEADERS for value in headers.get_all(name, [])]
    references = dict.fromkeys(address_reference(address) for _, address in getaddresses(values))
    for reference in list(references)[:_MOST_RECIPIENTS]:
        key = ids.key_of(ids.INTEGRATION, reference) if reference else None
        integration = configuration.endpoint(key) if key else None
        if integration and integration["enabled"] and integration["integration_type"] == "email":
            yield integration


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
