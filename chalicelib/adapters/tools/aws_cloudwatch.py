"""AWS CloudWatch alarms and their EventBridge events, by way of an SNS topic (raw message delivery off).

Requests are taken only with SNS's signature, made by a certificate that is on an SNS host; `verify_signature`
turns that off. A subscription is confirmed on an SNS host alone; a cancelled one is never confirmed anew.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    joined,
    mapping,
    noted,
    parse_json,
    text,
)
from chalicelib.adapters.tools._cloudwatch import Alarm, read_alarm
from chalicelib.errors import Unavailable

_HOST = r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE_URL = re.compile(_HOST + r"/[A-Za-z0-9/_-]{1,200}\.pem")
_CONFIRMATION_URL = re.compile(_HOST + r"/\?Action=ConfirmSubscription&[!-~]{1,2000}")
_MAX_KEYS = 16
_keys: dict[str, Any] = {}  # public keys by URL: a certificate's content never changes


class AwsCloudwatch(Adapter):
    name = "AWS CloudWatch"
    vendor = "https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html"
    OPTIONS = (
        Option(
            "verify_signature", bool, "Take only requests that carry a valid signature of Amazon SNS.", default=True
        ),
        Option(
            "create_on_insufficient_data",
            bool,
            "An alarm that has insufficient data makes an alert.",
            default=False,
        ),
    )

    ACTIONS = {"ALARM": Action.CREATE, "INSUFFICIENT_DATA": Action.CREATE, "OK": Action.RESOLVE}
    SWITCHES = {"INSUFFICIENT_DATA": "create_on_insufficient_data"}
    NOTIFICATION_FIELDS = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    CONFIRMATION_FIELDS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")

    def blocked(self, request: Request) -> bool:
        """Messages without a valid signature of Amazon SNS are refused with 403, unless `verify_signature` is off; when
        SNS does not hand out the certificate, the answer is 503, and SNS tries again."""
        return bool(self.options["verify_signature"]) and not self._signed(mapping(request.json))

    def action(self, request: Request) -> Action:
        alarm = self._alarm(request)
        return self.action_of(noted(request, "NewStateValue", alarm.state)) if alarm else Action.OTHER

    def thirdparty_id(self, request: Request) -> str | None:
        alarm = self._alarm(request)
        return alarm.identity(mapping(request.json).get("TopicArn")) if alarm else None

    def alert(self, request: Request) -> AlertDraft:
        alarm = self._alarm(request)
        if alarm is None:
            return AlertDraft(title="AWS CloudWatch alarm")
        return AlertDraft(
            title=first_text(alarm.name, "AWS CloudWatch alarm"),
            description=joined("\n\n", alarm.reason, alarm.description) or None,
            additional_data=[
                datum("link", "Console", alarm.console),
                datum("text", "AWS Account ID", alarm.account),
                datum("text", "Region", alarm.region),
                datum("text", "Alarm ARN", alarm.arn),
                datum("datetime", "State Change Time", alarm.changed_at),
                *(datum("text", "Metric", metric) for metric in alarm.metrics[:10]),
                datum("text", "Threshold", alarm.threshold),
                datum("text", "Alarm Rule", alarm.rule),
                *(datum("text", name, value) for name, value in alarm.dimensions.items()),
            ],
        )

    def confirmation_url(self, request: Request) -> str | None:
        envelope = mapping(request.json)
        url = text(envelope.get("SubscribeURL"))
        confirms = envelope.get("Type") == "SubscriptionConfirmation" and _CONFIRMATION_URL.fullmatch(url)
        return url if confirms else None

    def explain(self, request: Request) -> str | None:
        kind = mapping(request.json).get("Type")
        if not isinstance(request.json, dict) or self._alarm(request):
            return None
        if kind != "Notification":
            return f"an SNS message of type {text(kind)[:100]!r}, not a notification"
        subject = text(mapping(request.json).get("Subject"))[:100]
        return "the SNS message is no CloudWatch alarm" + (f" but about {subject!r}" if subject else "")

    @staticmethod
    def _alarm(request: Request) -> Alarm | None:
        """The alarm inside the SNS envelope; None when there is none."""
        envelope = mapping(request.json)
        message = envelope.get("Message")
        found = parse_json(message) if envelope.get("Type") == "Notification" and isinstance(message, str) else None
        return read_alarm(mapping(found))

    def _signed(self, envelope: Mapping[str, Json]) -> bool:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        version = envelope.get("SignatureVersion")
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256() if version == "2" else None  # noqa: S303
        url = text(envelope.get("SigningCertURL"))
        if algorithm is None or not _CERTIFICATE_URL.fullmatch(url):
            return False
        try:
            signature = b64decode(text(envelope.get("Signature")), validate=True)
            key = self._key(url)
            key.verify(signature, self._canonical(envelope), PKCS1v15(), algorithm)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, AttributeError):  # or no RSA key
            return False
        return True

    def _canonical(self, envelope: Mapping[str, Json]) -> bytes:
        """What SNS signs: the fields that are there, each as its name and its value on lines of their own."""
        notification = envelope.get("Type") == "Notification"
        fields = self.NOTIFICATION_FIELDS if notification else self.CONFIRMATION_FIELDS
        lines = (f"{field}\n{text(envelope[field])}\n" for field in fields if envelope.get(field) is not None)
        return "".join(lines).encode("utf-8", "surrogatepass")

    def _key(self, url: str) -> Any:
        """The public key of a certificate, fetched once. Raises ValueError when it is none, else Unavailable."""
        from cryptography.x509 import load_pem_x509_certificate

        if url not in _keys:
            try:
                pem = self.fetch(url)
            except OSError as error:
                raise Unavailable("the certificate of Amazon SNS could not be fetched") from error
            key = load_pem_x509_certificate(pem).public_key()
            if len(_keys) >= _MAX_KEYS:
                _keys.clear()
            _keys[url] = key
        return _keys[url]
