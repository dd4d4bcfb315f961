"""Twilio's webhook for an incoming message: SMS, MMS, WhatsApp. Every message is an alert; Twilio is told to send no
answer.

What became of messages that were sent (status callbacks) makes no alert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Reply,
    Request,
    base64_signature,
    blank,
    datum,
    joined,
    number,
    same_secret,
    text,
    text_or_none,
)
from chalicelib.adapters.kit.forms import raw_fields
from chalicelib.adapters.kit.freshness import replay_digest

_ALGORITHM = re.compile(r"(?:^|,) *algorithm *= *([^ ,]+)")  # in key=…,algorithm=HMAC_SHA256, of a shared key
_URL = re.compile(r"(?P<host>(?P<scheme>https?)://[^/?#:]+)(?P<port>:\d+)?(?P<rest>.*)", re.DOTALL)


class TwilioIncomingSms(Adapter):
    name = "Twilio (Incoming SMS)"
    vendor = "https://www.twilio.com/docs/messaging/guides/webhook-request"
    OPTIONS = (
        Option(
            "auth_token",
            str,
            "The account's auth token; requests without its X-Twilio-Signature are refused.",
            secret=True,
        ),
    )

    LOG_URL = "https://www.twilio.com/console/sms/logs/"
    NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
    PORTS = {"http": ":80", "https": ":443"}
    MOST_MEDIA = 10  # of one message, says Twilio
    RECEIVED = ("", "received")
    FIELDS = (
        ("text", "Account SID", "AccountSid"),
        ("text", "Message SID", "MessageSid"),
        ("phone", "To", "To"),
        ("phone", "From", "From"),
        ("text", "From Country", "FromCountry"),
        ("text", "From State", "FromState"),
        ("text", "From City", "FromCity"),
        ("text", "From Zip", "FromZip"),
        ("text", "Profile Name", "ProfileName"),
        ("text", "Address", "Address"),
        ("text", "Latitude", "Latitude"),
        ("text", "Longitude", "Longitude"),
        ("text", "Messaging Service SID", "MessagingServiceSid"),
    )

    def blocked(self, request: Request) -> bool:
        token = self.options["auth_token"]
        if not token:
            return False
        named = _ALGORITHM.search(request.header("x-twilio-webhooks-signature-settings") or "")
        algorithm = self.ALGORITHMS.get(named[1].upper() if named else "HMAC_SHA1")
        given = request.header("x-twilio-signature")
        signatures = (base64_signature(token, message, algorithm) for message in self._signed(request) if algorithm)
        return not any(same_secret(signature, given) for signature in signatures)

    def replay_key(self, request: Request) -> str | None:
        message = request.get("MessageSid")
        return replay_digest(text(message)) if self.options["auth_token"] and not blank(message) else None

    def action(self, request: Request) -> Action:
        if text(request.get("MessageStatus")).lower() not in self.RECEIVED:
            return Action.OTHER
        message = joined(" ", *(request.get(field) for field in ("MessageSid", "From", "Body")))
        return Action.CREATE if message else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("MessageSid")

    def alert(self, request: Request) -> AlertDraft:
        log = joined("", self.LOG_URL, request.get("MessageSid"))
        return AlertDraft(
            title=f"{joined(' from ', 'Incoming SMS', request.get('From'))} - See description for details",
            description=text_or_none(request.get("Body")),
            additional_data=[
                datum("link", "Twilio URL", log if request.get("MessageSid") else None),
                *(datum(form, label, request.get(field)) for form, label, field in self.FIELDS),
                *self._media(request),
            ],
        )

    def reply(self, request: Request, status: int) -> Reply:
        return Reply(status, self.NO_ANSWER, "text/xml")

    def explain(self, request: Request) -> str | None:
        status = text(request.get("MessageStatus"))
        return f"this is a status callback ({status[:30]}), no incoming message" if status else None

    def _media(self, request: Request) -> list[Datum | None]:
        count = min(int(number(request.get("NumMedia")) or 0), self.MOST_MEDIA)
        kinds = (text(request.get(f"MediaContentType{index}")) for index in range(count))
        return [
            datum("img" if kind.startswith("im") else "link", f"Media #{index + 1}", request.get(f"MediaUrl{index}"))
            for index, kind in enumerate(kinds)
        ]

    def _signed(self, request: Request) -> Iterator[bytes]:
        """What Twilio signs: the URL as it was sent, then name and value of every form field, sorted by name; in the
        bytes that were sent; of any other body, its digest in the URL."""
        digest = request.query.get("bodySHA256", [])
        if request.content_type == "application/x-www-form-urlencoded" or not digest:
            fields = raw_fields(request.body)
        elif same_secret(sha256(request.body).hexdigest(), digest[0]):
            fields = []
        else:
            return
        signed = b"".join(name + value for name, value in sorted(set(fields)))
        yield from (url.encode("utf-8", "replace") + signed for url in self._urls(request.url))

    def _urls(self, url: str) -> list[str]:
        """The URL as it was sent, without its port, and with the usual one: Twilio signs any of these."""
        found = _URL.fullmatch(url)
        if not found:
            return [url]
        host, port, rest = found["host"], found["port"], found["rest"]
        return [url, host + rest, host + (port or self.PORTS[found["scheme"]]) + rest]
