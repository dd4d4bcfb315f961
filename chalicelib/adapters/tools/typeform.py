"""Typeform's webhook. Every response to the form is an alert that names the form; the answers stay at Typeform."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    base64_signature,
    blank,
    joined,
    mapping,
    same_secret,
    text,
)
from chalicelib.adapters.kit.freshness import replay_digest


class Typeform(Adapter):
    name = "Typeform"
    vendor = "https://www.typeform.com/developers/webhooks/secure-your-webhooks/"
    OPTIONS = (
        Option(
            "secret",
            str,
            "The webhook's secret; requests without its Typeform-Signature are refused.",
            secret=True,
        ),
    )

    def blocked(self, request: Request) -> bool:
        secret = self.options["secret"]
        if not secret:
            return False
        expected = f"sha256={base64_signature(secret, request.body)}"
        return not same_secret(expected, request.header("typeform-signature"))

    def replay_key(self, request: Request) -> str | None:
        event = request.get("event_id")
        return replay_digest(text(event)) if self.options["secret"] and not blank(event) else None

    def action(self, request: Request) -> Action:
        return Action.CREATE if mapping(request.get("form_response")) else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("form_response.token")

    def alert(self, request: Request) -> AlertDraft:
        form, submitted = (request.get(f"form_response.{path}") for path in ("definition.title", "submitted_at"))
        return AlertDraft(title=joined(": ", form, submitted) or "Typeform response")
