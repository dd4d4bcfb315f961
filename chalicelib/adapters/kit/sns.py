"""Messages of Amazon SNS: who signed them, and which subscription they ask to confirm.

Certificates and confirmations are looked for on SNS's own hosts alone, in the regions of aws, aws-cn and aws-us-gov as
AWS names them: a looser pattern takes in S3's hosts, such as sns.s3.amazonaws.com, whose content anybody can own.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters.kit.values import Json, text
from chalicelib.errors import Refused, Unavailable

_REGION = (
    r"(?:af|ap|ca|eu|il|me|mx|sa|us|us-gov)-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)"
    r"-[1-9]"
)
_HOST = rf"https://sns\.(?:{_REGION}\.amazonaws\.com|cn-(?:north|northwest)-1\.amazonaws\.com\.cn)"
_CERTIFICATE_URL = re.compile(_HOST + r"/[A-Za-z0-9/_-]{1,200}\.pem")
_CONFIRMATION_URL = re.compile(_HOST + r"/\?Action=ConfirmSubscription&[!-~]{1,2000}")
_NOTIFICATION_FIELDS = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION_FIELDS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_MAX_KEYS = 16
_MAX_FAILURES = 256
_FAILURES_KEPT_SECONDS = 60
_keys: dict[str, Any] = {}  # public keys by URL: a certificate's content never changes
_failures: dict[str, float] = {}  # until when not to ask again, in epoch seconds: by URL what is not there, by host

Envelope = Mapping[str, Json]
Fetch = Callable[[str], bytes]


def forget() -> None:
    """Forget certificates and failures: for tests."""
    _keys.clear()
    _failures.clear()


def is_signed(envelope: Envelope, fetch: Fetch, now: datetime) -> bool:
    """Whether SNS signed a message. Raises Unavailable when its host does not answer: the sender should try again."""
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
        _key(url, fetch, now.timestamp()).verify(signature, _canonical(envelope), PKCS1v15(), algorithm)
    except (InvalidSignature, UnsupportedAlgorithm, Refused, ValueError, TypeError, AttributeError):  # or no RSA key
        return False
    except OSError as error:
        raise Unavailable("the certificate of Amazon SNS could not be fetched") from error
    return True


def subscribe_url(envelope: Envelope) -> str | None:
    """The URL that confirms the subscription that a message announces; None for any other message or host."""
    url = text(envelope.get("SubscribeURL"))
    confirms = envelope.get("Type") == "SubscriptionConfirmation" and _CONFIRMATION_URL.fullmatch(url)
    return url if confirms else None


def _canonical(envelope: Envelope) -> bytes:
    """What SNS signs: the fields that are there, each as its name and its value on lines of their own."""
    fields = _NOTIFICATION_FIELDS if envelope.get("Type") == "Notification" else _CONFIRMATION_FIELDS
    lines = (f"{field}\n{text(envelope[field])}\n" for field in fields if envelope.get(field) is not None)
    return "".join(lines).encode("utf-8", "surrogatepass")


def _key(url: str, fetch: Fetch, now: float) -> Any:
    """The public key of a certificate, fetched once. Raises ValueError when it is none, Refused when there is none, and
    OSError when the host does not answer; both are remembered for a minute, so that forged addresses cost nothing."""
    from cryptography.x509 import load_pem_x509_certificate

    if url in _keys:
        return _keys[url]
    host = url.split("/")[2]
    if now < _failures.get(url, 0):
        raise Refused("there was no such certificate a moment ago")
    if now < _failures.get(host, 0):
        raise OSError(f"{host} did not answer a moment ago")
    try:
        pem = fetch(url)
    except OSError as error:
        name = url if isinstance(error, Refused) else host
        _remember(_failures, name, now + _FAILURES_KEPT_SECONDS, _MAX_FAILURES)
        raise
    key = load_pem_x509_certificate(pem).public_key()
    _remember(_keys, url, key, _MAX_KEYS)
    return key


def _remember(memory: dict[str, Any], name: str, value: Any, most: int) -> None:
    if len(memory) >= most:
        memory.clear()
    memory[name] = value
