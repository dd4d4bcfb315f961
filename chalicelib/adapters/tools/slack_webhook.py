"""Slack's outgoing webhooks. Every message that triggers one is an alert; a word in it may name the urgency."""

from __future__ import annotations

import re

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Option,
    Request,
    blank,
    datum,
    first_text,
    joined,
    same_secret,
    text,
    urgency_in,
)

_WORD = re.compile(r"[A-Za-z0-9-]+")
_DIGITS = re.compile(r"\d+\.\d+")


class SlackWebhook(Adapter):
    name = "Slack (Outgoing Webhook)"
    vendor = "https://api.slack.com/legacy/custom-integrations/outgoing-webhooks"
    OPTIONS = (
        Option(
            "token",
            str,
            "The token that Slack gives the outgoing webhook; requests without it are refused.",
            secret=True,
        ),
    )
    SECRET_PARAMS = ("token",)

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(token, text(request.get("token")))

    def action(self, request: Request) -> Action:
        message = joined(" ", request.get("text"), request.get("channel_id"))
        return Action.CREATE if message else Action.OTHER

    def thirdparty_id(self, request: Request) -> str | None:
        channel, timestamp = request.get("channel_id"), request.get("timestamp")
        return None if blank(timestamp) else f"{text(channel)}.{text(timestamp)}"

    def alert(self, request: Request) -> AlertDraft:
        message, channel, user = (request.get(field) for field in ("text", "channel_name", "user_name"))
        lines = text(message).strip().splitlines()
        return AlertDraft(
            title=first_text(*lines[:1], joined(" ", "Slack message", channel, user)),
            description=text(message).strip() if len(lines) > 1 else None,
            urgency=urgency_in(message),
            additional_data=[
                datum("text", "Trigger", request.get("trigger_word")),
                datum("text", "Channel", channel),
                datum("text", "User", user),
                datum("link", "Message", self._link(request)),
            ],
        )

    def _link(self, request: Request) -> str | None:
        team, channel, timestamp = (text(request.get(name)) for name in ("team_domain", "channel_id", "timestamp"))
        if not (_WORD.fullmatch(team) and _WORD.fullmatch(channel) and _DIGITS.fullmatch(timestamp)):
            return None
        return f"https://{team}.slack.com/archives/{channel}/p{timestamp.replace('.', '')}"
