"""The signature of Amazon SNS, with a certificate made here; and which subscriptions are confirmed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from chalicelib.adapters.kit import sns
from chalicelib.adapters.kit.adapter import Action, IntegrationContext, adapt
from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.tools.aws_cloudwatch import AwsCloudwatch
from chalicelib.errors import Refused, Unavailable

CERTIFICATE_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
SUBSCRIBE_URL = f"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336"
NOW = datetime(2026, 1, 1, 8, 0, 30, tzinfo=UTC)
ALARM = json.dumps({"AlarmName": "cpu\nhöch", "OldStateValue": "OK", "NewStateValue": "ALARM"}, ensure_ascii=False)
NOTIFICATION = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": TOPIC,
    "Subject": 'ALARM: "cpu"',
    "Message": ALARM,
    "Timestamp": "2026-01-01T08:00:00.000Z",
}
CONFIRMATION = {
    "Type": "SubscriptionConfirmation",
    "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    "Token": "2336",
    "TopicArn": TOPIC,
    "Message": "You have chosen to subscribe.",
    "SubscribeURL": SUBSCRIBE_URL,
    "Timestamp": "2026-01-01T08:00:00.000Z",
}
# Written out here, apart from the adapter's tables, as SNS's documentation orders them.
SIGNED_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SIGNED_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
DIGESTS: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(key: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
    signed = builder.not_valid_after(datetime(2035, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def signed(envelope: dict[str, Any], version: str = "2", **changes: Any) -> Request:
    """The envelope signed as SNS does, then changed."""
    fields = SIGNED_NOTIFICATION if envelope["Type"] == "Notification" else SIGNED_CONFIRMATION
    canonical = "".join(f"{name}\n{envelope[name]}\n" for name in fields if name in envelope).encode()
    signature = rsa_key().sign(canonical, padding.PKCS1v15(), DIGESTS[version])
    whole = envelope | {
        "SignatureVersion": version,
        "Signature": base64.b64encode(signature).decode(),
        "SigningCertURL": CERTIFICATE_URL,
    }
    body = json.dumps(whole | changes).encode()
    return Request(headers={"content-type": "text/plain; charset=UTF-8"}, body=body, id="01X", received_at=NOW)


class Transport:
    """Hands out one content for every URL, and remembers what was asked for."""

    def __init__(self, content: bytes | OSError) -> None:
        self.content = content
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if isinstance(self.content, OSError):
            raise self.content
        return self.content


@pytest.fixture
def transport() -> Transport:
    return Transport(certificate(rsa_key()))


@pytest.fixture(autouse=True)
def _no_certificates_from_other_tests() -> None:
    sns.forget()


def adapter(fetch: Callable[[str], bytes], **options: Any) -> AwsCloudwatch:
    return AwsCloudwatch(read_options(AwsCloudwatch, options, {}), IntegrationContext(), fetch)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    "envelope",
    [
        NOTIFICATION,
        {name: value for name, value in NOTIFICATION.items() if name != "Subject"},
        CONFIRMATION,
        CONFIRMATION | {"Type": "UnsubscribeConfirmation"},
    ],
    ids=["notification", "no subject", "subscription", "unsubscription"],
)
def test_what_sns_signed_is_taken(transport: Transport, envelope: dict[str, Any], version: str) -> None:
    assert not adapter(transport).blocked(signed(envelope, version))


@pytest.mark.parametrize("name", SIGNED_NOTIFICATION)
def test_a_changed_field_of_a_notification_is_blocked(transport: Transport, name: str) -> None:
    assert adapter(transport).blocked(signed(NOTIFICATION, **{name: "changed"}))


@pytest.mark.parametrize("name", SIGNED_CONFIRMATION)
def test_a_changed_field_of_a_confirmation_is_blocked(transport: Transport, name: str) -> None:
    assert adapter(transport).blocked(signed(CONFIRMATION, **{name: "changed"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"Signature": None},
        {"Signature": ""},
        {"Signature": "no base 64!"},
        {"Signature": base64.b64encode(b"forged").decode()},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"SignatureVersion": None},
        {"SigningCertURL": None},
    ],
)
def test_a_signature_that_is_not_right_is_blocked(transport: Transport, changes: dict[str, Any]) -> None:
    assert adapter(transport).blocked(signed(NOTIFICATION, **changes))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-central-1.amazonaws.com/key.pem",
        "https://sns.eu-central-1.amazonaws.com.example.com/key.pem",
        "https://example.com/sns.eu-central-1.amazonaws.com/key.pem",
        "https://sns.eu-central-1.amazonaws.com@example.com/key.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/key.pem",
        "https://sns.eu-central-1.amazonaws.com\\@example.com/key.pem",
        "https://xsns.eu-central-1.amazonaws.com/key.pem",
        "https://sns.evil.example.amazonaws.com/key.pem",
        "https://sns.s3.amazonaws.com/key.pem",
        "https://sns.s3-us-west-2.amazonaws.com/key.pem",
        "https://sns.s3.us-west-2.amazonaws.com/key.pem",
        "https://sns.zz-nowhere-1.amazonaws.com/key.pem",
        "https://sns.us-east-1.amazonaws.com.cn/key.pem",
        "https://sns.cn-north-1.amazonaws.com/key.pem",
        "https://sns.eu-central-1.amazonaws.com/key.pem?x=1",
        "https://sns.eu-central-1.amazonaws.com/key.pem#x",
        "https://sns.eu-central-1.amazonaws.com/../key.pem",
        "https://sns.eu-central-1.amazonaws.com/key.txt",
        "https://sns.eu-central-1.amazonaws.com/key.pem\n",
        ["https://sns.eu-central-1.amazonaws.com/key.pem"],
    ],
)
def test_a_certificate_elsewhere_is_not_even_fetched(transport: Transport, url: Any) -> None:
    assert adapter(transport).blocked(signed(NOTIFICATION, SigningCertURL=url))
    assert transport.asked == []


@pytest.mark.parametrize(
    "host",
    [
        *("us-east-1", "us-gov-west-1", "eu-central-2", "ap-southeast-7", "ca-west-1", "il-central-1", "mx-central-1"),
        *("me-south-1", "af-south-1", "sa-east-1", "ap-northeast-3"),
        "cn-northwest-1.amazonaws.com.cn",
    ],
)
def test_a_certificate_in_any_region_is_fetched(transport: Transport, host: str) -> None:
    domain = host if "." in host else f"{host}.amazonaws.com"
    url = f"https://sns.{domain}/SimpleNotificationService-1.pem"
    assert not adapter(transport).blocked(signed(NOTIFICATION, SigningCertURL=url))
    assert transport.asked == [url]


def test_a_certificate_is_fetched_once(transport: Transport) -> None:
    for _ in range(3):
        assert not adapter(transport).blocked(signed(NOTIFICATION))
    assert transport.asked == [CERTIFICATE_URL]


def test_the_memory_of_certificates_is_bounded(transport: Transport) -> None:
    for number in range(100):
        url = f"https://sns.eu-central-1.amazonaws.com/key-{number}.pem"
        assert not adapter(transport).blocked(signed(NOTIFICATION, SigningCertURL=url))
    assert len(sns._keys) <= 16


def test_what_is_no_certificate_blocks_and_is_not_remembered(transport: Transport) -> None:
    assert adapter(Transport(b"<Error>AccessDenied</Error>")).blocked(signed(NOTIFICATION))
    assert not adapter(transport).blocked(signed(NOTIFICATION))


def test_a_certificate_of_another_key_blocks() -> None:
    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())):
        sns.forget()
        assert adapter(Transport(certificate(key))).blocked(signed(NOTIFICATION))


def test_when_the_certificate_cannot_be_had_the_sender_is_to_try_again() -> None:
    offline = adapter(Transport(OSError("timed out")))
    with pytest.raises(Unavailable):
        offline.blocked(signed(NOTIFICATION))
    assert adapt(offline, signed(NOTIFICATION)).blocked


def test_a_host_that_does_not_answer_is_left_alone_for_a_minute() -> None:
    transport = Transport(OSError("timed out"))
    for _ in range(3):
        with pytest.raises(Unavailable):
            adapter(transport).blocked(signed(NOTIFICATION))
    assert len(transport.asked) == 1
    transport.content = certificate(rsa_key())
    later = replace(signed(NOTIFICATION), received_at=NOW + timedelta(seconds=61))
    assert not adapter(transport).blocked(later)


def test_a_forged_address_is_refused_and_asked_for_once_a_minute() -> None:
    transport = Transport(Refused("404"))
    for _ in range(3):
        assert adapter(transport).blocked(signed(NOTIFICATION))
    assert len(transport.asked) == 1
    transport.content = certificate(rsa_key())
    other = CERTIFICATE_URL.replace("0123", "4567")
    assert not adapter(transport).blocked(signed(NOTIFICATION, SigningCertURL=other)), "the host itself answers"


def test_the_memory_of_failures_is_bounded() -> None:
    transport = Transport(Refused("404"))
    for number in range(1000):
        url = f"https://sns.eu-central-1.amazonaws.com/key-{number}.pem"
        assert adapter(transport).blocked(signed(NOTIFICATION, SigningCertURL=url))
    assert len(sns._failures) <= 256


@pytest.mark.parametrize(
    ("age", "blocked"), [(timedelta(hours=47), False), (timedelta(hours=49), True), (-timedelta(hours=49), True)]
)
def test_a_recorded_message_is_too_old_after_two_days(transport: Transport, age: timedelta, blocked: bool) -> None:
    assert adapter(transport).blocked(replace(signed(NOTIFICATION), received_at=NOW + age)) is blocked


def test_a_message_is_remembered_by_its_id_while_signatures_are_checked(transport: Transport) -> None:
    other = signed(NOTIFICATION | {"MessageId": "another"})
    assert adapter(transport).replay_key(signed(NOTIFICATION, "1")) == adapter(transport).replay_key(
        signed(NOTIFICATION, "2")
    )
    assert adapter(transport).replay_key(signed(NOTIFICATION)) != adapter(transport).replay_key(other)
    assert adapter(transport, verify_signature=False).replay_key(signed(NOTIFICATION)) is None


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize(
    ("topics", "blocked"), [(TOPIC, False), (f"{TOPIC}s, {TOPIC}", False), (f"{TOPIC}s", True), ("", False)]
)
def test_only_messages_of_the_pinned_topics_are_taken(
    transport: Transport, topics: str, blocked: bool, verify: bool
) -> None:
    pinned = adapter(transport, topic_arn=topics, verify_signature=verify)
    assert pinned.blocked(signed(NOTIFICATION)) is blocked
    assert pinned.blocked(signed(CONFIRMATION)) is blocked


def test_the_topic_of_the_first_confirmed_subscription_is_to_be_pinned(transport: Transport) -> None:
    assert adapter(transport).pinned(signed(CONFIRMATION)) == {"topic_arn": TOPIC}
    assert adapter(transport, topic_arn=TOPIC).pinned(signed(CONFIRMATION)) == {}


def test_with_the_check_off_nothing_is_fetched(transport: Transport) -> None:
    unchecked = adapter(transport, verify_signature=False)
    outcome = adapt(unchecked, signed(NOTIFICATION, Signature="forged"))
    assert (outcome.blocked, outcome.action) == (False, Action.CREATE)
    assert transport.asked == []


@pytest.mark.parametrize("verify", [True, False])
def test_a_subscription_is_confirmed(transport: Transport, verify: bool) -> None:
    assert adapter(transport, verify_signature=verify).confirmation_url(signed(CONFIRMATION)) == SUBSCRIBE_URL


@pytest.mark.parametrize(
    "changes",
    [
        {"Type": "UnsubscribeConfirmation"},
        {"Type": "Notification"},
        {"Type": None},
        {"SubscribeURL": None},
        {"SubscribeURL": ["https://example.com"]},
        {"SubscribeURL": "http://169.254.169.254/latest/meta-data/"},
        {"SubscribeURL": SUBSCRIBE_URL.replace("https", "http")},
        {"SubscribeURL": SUBSCRIBE_URL.replace("amazonaws.com", "amazonaws.com.example.com")},
        {"SubscribeURL": SUBSCRIBE_URL.replace("https://", "https://example.com/?")},
        {"SubscribeURL": SUBSCRIBE_URL.replace("ConfirmSubscription", "Unsubscribe")},
        {"SubscribeURL": SUBSCRIBE_URL + "\r\nHost: example.com"},
    ],
)
def test_nothing_else_is_confirmed(transport: Transport, changes: dict[str, Any]) -> None:
    assert adapter(transport).confirmation_url(signed(CONFIRMATION, **changes)) is None
