"""How senders prove themselves: comparing in constant time, and the schemes that many tools share.

A type without a scheme of its own takes any of these by its options `sender_check` and `sender_secret`
(`options.SENDER_OPTIONS`). Whatever is missing, malformed or too old is a refusal.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.adapters.kit.freshness import is_fresh, replay_digest
from chalicelib.adapters.kit.request import Request

_STANDARD_SECRET = "whsec_"
_STANDARD_HEADERS = ("webhook-", "svix-")  # the same scheme, before it was a standard
_MOST_SIGNATURES = 16  # of a rotating sender; each costs a comparison


def same_secret(expected: str, given: str | None) -> bool:
    """Compare in constant time; a missing value never matches."""
    return given is not None and hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def signature_matches(secret: str, body: bytes, given: str | None, algorithm: str = "sha256") -> bool:
    """Compare a hex HMAC of the raw body in constant time; a missing signature never matches."""
    return same_secret(hmac.new(secret.encode(), body, algorithm).hexdigest(), given)


def base64_signature(secret: str, message: bytes, algorithm: str = "sha256") -> str:
    """The HMAC of a message in base64, for senders that do not write it in hex."""
    return _in_base64(secret.encode(), message, algorithm)


def is_refused(options: Mapping[str, Any], request: Request) -> bool:
    """Whether the scheme that an integration's `sender_check` names refuses a request; without one, none is."""
    scheme, secret = options.get("sender_check"), options.get("sender_secret")
    return bool(scheme or secret) and not (scheme and secret and _SCHEMES[scheme](secret, request))


def replay_key(options: Mapping[str, Any], request: Request) -> str | None:
    """What to remember of a request that `is_refused` let through: the id of the event, where the scheme signs one."""
    event = _standard_header(request, "id") if options.get("sender_check") == "standard_webhooks" else None
    return replay_digest(event) if event else None


def secret_fault(scheme: str | None, secret: str) -> str | None:
    """What is wrong with the secret of a scheme, or None."""
    if scheme == "basic" and ":" not in secret.strip(":"):
        return "must be a user name, a colon and a password"
    if scheme == "standard_webhooks" and not _standard_key(secret):
        return f"must be {_STANDARD_SECRET} and base64, as the sender shows it"
    return None


def _bearer(secret: str, request: Request) -> bool:
    return same_secret(secret, _authorization(request, "bearer"))


def _basic(secret: str, request: Request) -> bool:
    return same_secret(b64encode(secret.encode()).decode(), _authorization(request, "basic"))


def _authorization(request: Request, scheme: str) -> str | None:
    """The credentials of the header Authorization, when they are of this scheme; its name is in any case."""
    name, _, credentials = (request.header("authorization") or "").partition(" ")
    return credentials.strip() if name.lower() == scheme else None


def _github(secret: str, request: Request) -> bool:
    """X-Hub-Signature-256: the word sha256=, and the hex HMAC of the body. It signs no time."""
    sign, _, digest = (request.header("x-hub-signature-256") or "").partition("=")
    return sign == "sha256" and signature_matches(secret, request.body, digest)


def _slack(secret: str, request: Request) -> bool:
    """X-Slack-Signature: v0= and the hex HMAC of v0, the time and the body. Fresh for five minutes."""
    signed_at = request.header("x-slack-request-timestamp") or ""
    version, _, digest = (request.header("x-slack-signature") or "").partition("=")
    message = b"v0:" + signed_at.encode("utf-8", "replace") + b":" + request.body
    return version == "v0" and signature_matches(secret, message, digest) and is_fresh(request, signed_at)


def _standard_webhooks(secret: str, request: Request) -> bool:
    """Standard Webhooks: base64 HMACs of id, time and body, one of which must match. Fresh for five minutes."""
    event, signed_at, signatures = (_standard_header(request, name) for name in ("id", "timestamp", "signature"))
    key = _standard_key(secret)
    if not (key and event and signed_at and signatures):
        return False
    message = f"{event}.{signed_at}.".encode("utf-8", "replace") + request.body
    expected = f"v1,{_in_base64(key, message)}"
    matches = any(same_secret(expected, given) for given in signatures.split(" ")[:_MOST_SIGNATURES])
    return matches and is_fresh(request, signed_at)


def _standard_header(request: Request, name: str) -> str | None:
    return next((value for prefix in _STANDARD_HEADERS if (value := request.header(prefix + name))), None)


def _standard_key(secret: str) -> bytes:
    """The bytes of a secret such as whsec_MfKQ9r8G…; none when it is no base64."""
    try:
        return b64decode(secret.strip().removeprefix(_STANDARD_SECRET) + "==")
    except (NoBase64, ValueError):
        return b""


def _in_base64(key: bytes, message: bytes, algorithm: str = "sha256") -> str:
    return b64encode(hmac.new(key, message, algorithm).digest()).decode()


_SCHEMES: Mapping[str, Callable[[str, Request], bool]] = {
    "basic": _basic,
    "bearer": _bearer,
    "github": _github,
    "slack": _slack,
    "standard_webhooks": _standard_webhooks,
}
SCHEMES = tuple(_SCHEMES)
"""The names of the schemes: the choices of `sender_check`."""
