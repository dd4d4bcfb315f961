"""Senders prove themselves: once a secret is set, only requests with the right token or signature get through.

Every proof is made here as the vendor documents it, with the standard library alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from chalicelib import adapters
from chalicelib.adapters.kit import sns
from chalicelib.adapters.kit.adapter import adapt
from chalicelib.adapters.kit.options import defaults
from chalicelib.adapters.kit.request import Request
from chalicelib.errors import Unavailable

SECRET = "hush, it's ünïcode"
NOW = datetime(2026, 3, 1, 8, 15, tzinfo=UTC)
URL = "https://signalbox.example.com/integration/int_3f8a5c1e?team=blue&via=a%2Fb"
BODIES = {
    "JSON": b'{"action": "created", "data": {"text": "caf\xc3\xa9"}}',
    "no UTF-8": b'{"action": "created", "data": {"text": "\xff\xfe caf\xe9"}}',
    "form": b"Body=100%25+sure&From=%2B15005550009&From=%2B15005550001&Empty=&Bytes=%FF%fe\xe9&Z=1&A=",
    "nothing": b"",
}


def digest(secret: str, message: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), message, algorithm).digest()


def in_header(name: str, value: Callable[[str, bytes], str]) -> Callable[[str, bytes], Request]:
    """Requests whose header carries what `value` makes of the secret and the body."""

    def make(secret: str, body: bytes) -> Request:
        return Request(url=URL, headers={name: value(secret, body)}, body=body, received_at=NOW)

    return make


def in_query(name: str, method: str = "POST") -> Callable[[str, bytes], Request]:
    def make(secret: str, body: bytes) -> Request:
        return Request(method=method, url=URL, query={name: [secret]}, body=body, received_at=NOW)

    return make


def in_form(name: str) -> Callable[[str, bytes], Request]:
    def make(secret: str, body: bytes) -> Request:
        form = f"{name}={quote_plus(secret)}&text=".encode() + b"caf%E9\xff"
        return Request(url=URL, headers={"content-type": "application/x-www-form-urlencoded"}, body=form)

    return make


def hex_of(prefix: str = "") -> Callable[[str, bytes], str]:
    return lambda secret, body: prefix + digest(secret, body).hex()


def token(template: str = "{}") -> Callable[[str, bytes], str]:
    return lambda secret, _: template.format(secret)


def typeform(secret: str, body: bytes) -> str:
    return f"sha256={b64encode(digest(secret, body)).decode()}"


def basic(secret: str, _: bytes) -> str:
    return f"Basic {b64encode(secret.encode()).decode()}"


def zendesk(secret: str, body: bytes) -> Request:
    timestamp = "2026-03-01T08:15:00Z"
    signature = b64encode(digest(secret, timestamp.encode() + body)).decode()
    headers = {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": timestamp}
    return Request(url=URL, headers=headers, body=body, received_at=NOW)


def grafana_with_timestamp(secret: str, body: bytes, at: datetime = NOW) -> Request:
    timestamp = str(int(at.timestamp()))
    signature = digest(secret, timestamp.encode() + b":" + body).hex()
    headers = {"x-grafana-alerting-signature": signature, "x-timestamp": timestamp}
    return Request(url=URL, headers=headers, body=body, received_at=NOW)


def twilio(secret: str, body: bytes) -> Request:
    """The URL, then every form field's name and value by name; the fields are parsed by hand, byte by byte."""
    pairs = [field.partition(b"=") for field in body.split(b"&") if field]
    fields = sorted({(_unquoted(name), _unquoted(value)) for name, _, value in pairs})
    message = URL.encode() + b"".join(name + value for name, value in fields)
    headers = {"x-twilio-signature": b64encode(digest(secret, message, "sha1")).decode()}
    return Request(url=URL, headers=headers | {"content-type": "application/x-www-form-urlencoded"}, body=body)


def _unquoted(field: bytes) -> bytes:
    head, *rest = field.replace(b"+", b" ").split(b"%")
    return head + b"".join(bytes.fromhex(part[:2].decode()) + part[2:] for part in rest)


@dataclass(frozen=True)
class Sender:
    """How the requests of a type prove themselves by an option. `signed`: the body cannot be changed afterwards."""

    slug: str
    option: str
    make: Callable[[str, bytes], Request]
    signed: bool = False
    options: tuple[tuple[str, Any], ...] = ()

    def blocks(self, request: Request, secret: str | None = SECRET) -> bool:
        adapter = adapters.load(self.slug)
        options = {**defaults(adapter), **dict(self.options), self.option: secret}
        return adapt(adapter(options), request).blocked


SENDERS = [
    Sender("cloudflare", "webhook_secret", in_header("cf-webhook-auth", token())),
    Sender("grafana", "secret", in_header("x-grafana-alerting-signature", hex_of()), signed=True),
    Sender("grafana", "secret", grafana_with_timestamp, signed=True, options=(("timestamp_header", "X-Timestamp"),)),
    Sender("hetrix_tools", "authentication_token", in_header("authorization", token("Bearer {}"))),
    Sender("honeybadger", "token", in_header("honeybadger-token", token())),
    Sender("jira_server", "secret", in_header("x-hub-signature", hex_of("sha256=")), signed=True),
    Sender("mattermost_outgoing_webhook", "token", in_form("token")),
    Sender("meta_workplace", "app_secret", in_header("x-hub-signature-256", hex_of("sha256=")), signed=True),
    Sender("meta_workplace", "verify_token", in_query("hub.verify_token", "GET")),
    Sender("sentry", "client_secret", in_header("sentry-hook-signature", hex_of()), signed=True),
    Sender("slack_webhook", "token", in_form("token")),
    Sender("stackdriver", "auth_token", in_query("auth_token")),
    Sender("stackdriver", "basic_auth", in_header("authorization", basic)),
    Sender("status_cake", "token", in_form("Token")),
    Sender("status_gator", "token", in_header("authorization", token("Bearer {}"))),
    Sender("twilio_incoming_sms", "auth_token", twilio, signed=True),
    Sender("typeform", "secret", in_header("typeform-signature", typeform), signed=True),
    Sender("webhook", "token", in_header("pagertree-token", token())),
    Sender("zendesk", "signing_secret", zendesk, signed=True),
]
every_sender = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: f"{sender.slug}: {sender.option}")
every_body = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)


def without_proof(request: Request) -> Request:
    """The request as someone sends it who has none of the secret: no headers, no parameters but other ones."""
    kept = {name: value for name, value in request.headers.items() if name == "content-type"}
    body = b"text=hello" if kept else request.body
    return replace(request, headers=kept, query={}, body=body)


@every_body
@every_sender
def test_the_right_proof_passes(sender: Sender, body: bytes) -> None:
    assert not sender.blocks(sender.make(SECRET, body))


@every_body
@every_sender
def test_a_proof_made_with_another_secret_is_blocked(sender: Sender, body: bytes) -> None:
    assert sender.blocks(sender.make("another", body))
    assert sender.blocks(sender.make(SECRET + " ", body))


@every_body
@every_sender
def test_a_request_without_proof_is_blocked(sender: Sender, body: bytes) -> None:
    assert sender.blocks(without_proof(sender.make(SECRET, body)))


@every_sender
def test_an_empty_proof_is_blocked(sender: Sender) -> None:
    request = sender.make(SECRET, b"{}")
    assert sender.blocks(replace(without_proof(request), headers=dict.fromkeys(request.headers, "")))
    assert sender.blocks(replace(without_proof(request), query={name: [""] for name in request.query}))


@every_sender
def test_the_empty_secret_is_no_way_around_the_check(sender: Sender) -> None:
    assert sender.blocks(sender.make("", b"{}"))


@pytest.mark.parametrize("secret", [None, ""], ids=["none", "blank"])
@every_sender
def test_nothing_is_blocked_without_a_secret(sender: Sender, secret: str | None) -> None:
    request = sender.make("whatever", BODIES["JSON"])
    assert not sender.blocks(request, secret)
    assert not sender.blocks(without_proof(request), secret)


@pytest.mark.parametrize(
    "sender", [sender for sender in SENDERS if sender.signed], ids=lambda sender: f"{sender.slug}: {sender.option}"
)
def test_a_signature_holds_for_no_other_body(sender: Sender) -> None:
    request = sender.make(SECRET, BODIES["form"])
    assert not sender.blocks(request)
    for body in (BODIES["form"] + b"1", BODIES["form"].replace(b"\xe9", b"\xe8"), b""):
        assert sender.blocks(replace(request, body=body))


@every_sender
def test_the_proof_is_compared_as_text_of_any_kind(sender: Sender) -> None:
    request = sender.make(SECRET, b"{}")
    for odd in ("\ud800", "é" * 64, "\0", "sha256="):
        assert sender.blocks(replace(without_proof(request), headers=dict.fromkeys(request.headers, odd), query={}))


def twilio_blocks(request: Request, token: str) -> bool:
    adapter = adapters.load("twilio_incoming_sms")
    return adapt(adapter({**defaults(adapter), "auth_token": token}), request).blocked


def test_the_known_answer_of_twilio_passes() -> None:
    body = b"Digits=1234&CallSid=CA1234567890ABCDE&To=%2B18005551212&Caller=%2B14158675309&From=%2B14158675309"
    headers = {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    request = Request(url="https://mycompany.com/myapp.php?foo=1&bar=2", headers=headers, body=body)
    assert not twilio_blocks(request, "12345")
    assert twilio_blocks(request, "12346")


@pytest.mark.parametrize("url", [URL + "&more=1", URL.replace("https", "http"), URL.partition("?")[0], ""])
def test_a_signature_of_twilio_holds_for_no_other_url(url: str) -> None:
    assert twilio_blocks(replace(twilio(SECRET, BODIES["form"]), url=url), SECRET)


def test_a_signature_of_zendesk_holds_for_no_other_time() -> None:
    sender = next(sender for sender in SENDERS if sender.slug == "zendesk")
    request = zendesk(SECRET, b"{}")
    later = {**request.headers, "x-zendesk-webhook-signature-timestamp": "2026-03-01T08:16:00Z"}
    assert sender.blocks(replace(request, headers=later))


@pytest.mark.parametrize(("age", "blocked"), [(-301, True), (-300, False), (0, False), (300, False), (301, True)])
def test_a_timestamped_signature_of_grafana_holds_for_five_minutes(age: int, blocked: bool) -> None:
    sender = next(sender for sender in SENDERS if sender.slug == "grafana" and sender.options)
    assert sender.blocks(grafana_with_timestamp(SECRET, b"{}", NOW - timedelta(seconds=age))) is blocked


@pytest.fixture(autouse=True)
def _no_certificates_from_other_tests() -> None:
    sns.forget()


# Amazon SNS signs by certificate: there is no secret to set, and the check is on unless it is switched off.

CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{}.pem"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_SUBJECT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
_CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_SUBJECT)
    .issuer_name(_SUBJECT)
    .public_key(_KEY.public_key())
    .serial_number(1)
    .not_valid_before(NOW)
    .not_valid_after(NOW + timedelta(days=1))
    .sign(_KEY, hashes.SHA256())
    .public_bytes(serialization.Encoding.PEM)
)


def notice(version: str = "2", **changes: str) -> dict[str, str]:
    """A signed SNS notification, as the vendor documents the string to sign."""
    fields = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "Subject": "ALARM",
        "Message": '{"AlarmName":"café"}',
        "Timestamp": "2026-03-01T08:15:00.000Z",
    }
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    signed = "".join(f"{name}\n{fields[name]}\n" for name in names).encode()
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = b64encode(_KEY.sign(signed, padding.PKCS1v15(), algorithm)).decode()
    url = CERTIFICATE_URL.format(hashlib.sha256(_CERTIFICATE).hexdigest()[:16])
    return fields | {"SignatureVersion": version, "Signature": signature, "SigningCertURL": url} | changes


def sns_blocks(fields: dict[str, str], verify: bool = True, certificate: bytes = _CERTIFICATE) -> bool:
    adapter = adapters.load("aws_cloudwatch")
    options = {**defaults(adapter), "verify_signature": verify}
    return adapter(options, fetch=lambda _: certificate).blocked(
        Request(body=json.dumps(fields).encode(), received_at=NOW)
    )


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_that_sns_signed_passes(version: str) -> None:
    assert not sns_blocks(notice(version))


@pytest.mark.parametrize(
    "changes",
    [
        {"Message": "{}"},
        {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:alarms"},
        {"Signature": "AAAA"},
        {"Signature": "no base64"},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.example.com/x.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://example.com/sns.eu-west-1.amazonaws.com/x.pem"},
    ],
)
def test_a_message_that_sns_did_not_sign_is_blocked(changes: dict[str, str]) -> None:
    assert sns_blocks(notice(**changes))
    assert not sns_blocks(notice(**changes), verify=False)


def test_a_message_without_a_signature_is_blocked() -> None:
    assert sns_blocks({"Type": "Notification", "Message": "{}"})
    assert sns_blocks({})


def test_a_certificate_that_is_none_blocks() -> None:
    other = CERTIFICATE_URL.format("other")
    assert sns_blocks(notice(SigningCertURL=other), certificate=b"no certificate")


def test_a_certificate_that_cannot_be_fetched_asks_the_sender_to_try_again() -> None:
    adapter = adapters.load("aws_cloudwatch")

    def fetch(url: str) -> bytes:
        raise OSError(url)

    request = Request(
        body=json.dumps(notice(SigningCertURL=CERTIFICATE_URL.format("unreachable"))).encode(), received_at=NOW
    )
    with pytest.raises(Unavailable):
        adapter(defaults(adapter), fetch=fetch).blocked(request)
