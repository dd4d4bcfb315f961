"""Proofs of the sender that are long, that lead elsewhere, or whose check is work."""

from __future__ import annotations

import json

from tests.adapters.hostile.inputs import MIB, Hostile, fixed

_SNS = {
    "Type": "Notification",
    "MessageId": "m",
    "TopicArn": "t",
    "Message": "m",
    "Timestamp": "2026-03-01T08:15:00.000Z",
    "SignatureVersion": "2",
}
_SCHEMES = {"bearer": "x", "basic": "a:x", "github": "x", "slack": "x", "standard_webhooks": "whsec_AAAA"}
_CERTIFICATE = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem"


def _sns(name: str, **fields: str) -> Hostile:
    return Hostile(f"sns: {name}", fixed(json.dumps(_SNS | fields)), "text/plain", ("aws_cloudwatch",))


def _sender(scheme: str, secret: str) -> Hostile:
    """A proof of one of the schemes that many tools share: many signatures, a time and an id of any length."""
    headers = {
        "authorization": f"{scheme} " + "A" * 300_000,
        "x-hub-signature-256": "sha256=" + "é" * 300_000,
        "x-slack-signature": "v0=" + "a" * 300_000,
        "x-slack-request-timestamp": "9" * 300_000,
        "webhook-id": "i" * 300_000,
        "webhook-timestamp": "1e" + "9" * 300_000,
        "webhook-signature": "v1,AAAA " * 40_000,
    }
    options = {"sender_check": scheme, "sender_secret": secret}
    return Hostile(f"sender: {scheme}", fixed("{}"), slugs=("prometheus", "webhook"), options=options, headers=headers)


SIGNATURES = (
    *(_sender(scheme, secret) for scheme, secret in _SCHEMES.items()),
    _sns("a signature of a megabyte", Signature="A" * MIB, SigningCertURL=_CERTIFICATE),
    _sns("a certificate's address of a megabyte", Signature="AAAA", SigningCertURL=_CERTIFICATE * 14_000),
    _sns("a certificate in no region", Signature="AAAA", SigningCertURL="https://sns.zz-nowhere-1.amazonaws.com/x.pem"),
    _sns("a message of a megabyte", Signature="AAAA", SigningCertURL=_CERTIFICATE, Message="\ud83d" * 100_000),
    Hostile("signature: headers of a megabyte", fixed("{}"), headers=dict.fromkeys(
        ("x-hub-signature", "x-hub-signature-256", "sentry-hook-signature", "typeform-signature", "authorization", "pagertree-token",
         "x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp", "x-grafana-alerting-signature", "x-twilio-signature",
         "cf-webhook-auth", "honeybadger-token"), "é" * 100_000)),
)  # fmt: skip
