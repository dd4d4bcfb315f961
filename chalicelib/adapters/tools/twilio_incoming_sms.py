"""Twilio's webhook for an incoming message. Every message is an alert; Twilio is told to send no answer."""

from __future__ import annotations

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
    MOST_MEDIA = 10  # of one message, says Twilio
    FIELDS = (
        ("text", "Account SID", "AccountSid"),
        ("text", "Message SID", "MessageSid"),
        ("phone", "To", "To"),
        ("phone", "From", "From"),
        ("text", "From Country", "FromCountry"),
        ("text", "From State", "FromState"),
        ("text", "From City", "FromCity"),
        ("text", "From Zip", "FromZip"),
    )

    def blocked(self, request: Request) -> bool:
        token = self.options["auth_token"]
        if not token:
            return False
        expected = base64_signature(token, self._signed(request), "sha1")
        return not same_secret(expected, request.header("x-twilio-signature"))

    def replay_key(self, request: Request) -> str | None:
        message = request.get("MessageSid")
        return replay_digest(text(message)) if self.options["auth_token"] and not blank(message) else None

    def action(self, request: Request) -> Action:
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

    def _media(self, request: Request) -> list[Datum | None]:
        count = min(int(number(request.get("NumMedia")) or 0), self.MOST_MEDIA)
        kinds = (text(request.get(f"MediaContentType{index}")) for index in range(count))
        return [
            datum("img" if kind.startswith("im") else "link", f"Media #{index + 1}", request.get(f"MediaUrl{index}"))
            for index, kind in enumerate(kinds)
        ]

    def _signed(self, request: Request) -> bytes:
        """What Twilio signs: the URL, then name and value of every form field, sorted by name, in the bytes sent."""
        signed = b"".join(name + value for name, value in sorted(set(raw_fields(request.body))))
        return request.url.encode("utf-8", "replace") + signed
