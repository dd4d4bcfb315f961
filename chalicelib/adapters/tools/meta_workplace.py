"""Meta Workplace, topic Page, field `mention`: a post that mentions the custom integration's page is an alert.

Meta checks the callback URL by a GET whose `hub.challenge` it wants back. Meta closed Workplace in August 2025.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Reply,
    Request,
    blank,
    first_text,
    joined,
    noted,
    same_secret,
    signature_matches,
    text,
    walk,
)
from chalicelib.adapters.kit.freshness import REMEMBERED, is_fresh, replay_digest


class MetaWorkplace(Adapter):
    name = "Meta Workplace"
    vendor = "https://developers.facebook.com/docs/workplace/reference/webhooks"
    OPTIONS = (
        Option(
            "app_secret",
            str,
            "The app secret of the custom integration; requests without its X-Hub-Signature-256 are refused.",
            secret=True,
        ),
        Option(
            "verify_token",
            str,
            "The verify token of the webhook subscription; checks of the callback URL without it are refused.",
            secret=True,
        ),
    )
    SECRET_PARAMS = ("hub.verify_token",)

    def blocked(self, request: Request) -> bool:
        """Meta signs what it posts, but not its check of the callback URL."""
        if request.method == "GET":
            token = self.options["verify_token"]
            return bool(token) and not same_secret(token, text(request.params.get("hub.verify_token")))
        secret = self.options["app_secret"]
        if not secret:
            return False
        signature = (request.header("x-hub-signature-256") or "").removeprefix("sha256=")
        time = self._read(request, "entry.0.time")
        recent = blank(time) or is_fresh(request, time, REMEMBERED)
        return not (recent and signature_matches(secret, request.body, signature))

    def replay_key(self, request: Request) -> str | None:
        signed = self.options["app_secret"] and request.method != "GET"
        return replay_digest(request.body) if signed and not blank(self._read(request, "entry.0.time")) else None

    def action(self, request: Request) -> Action:
        topic, field = self._read(request, "object"), self._read(request, "entry.0.changes.0.field")
        mention = topic == "page" and field == "mention" and request.method != "GET"
        return Action.CREATE if mention else Action.OTHER

    def thirdparty_id(self, request: Request) -> str | None:
        return joined("-", self._read(request, "entry.0.id"), self._read(request, "entry.0.time"))

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(title=first_text(self._read(request, "entry.0.changes.0.value.message"), "Workplace mention"))

    def reply(self, request: Request, status: int) -> Reply:
        params = request.params
        if status == 200 and request.method == "GET" and params.get("hub.mode") == "subscribe":
            return Reply(200, text(params.get("hub.challenge")))
        return Reply(status)

    def _read(self, request: Request, path: str) -> Json:
        """Out of the body alone: the signature does not cover the query."""
        return noted(request, path, walk(request.json, path))
