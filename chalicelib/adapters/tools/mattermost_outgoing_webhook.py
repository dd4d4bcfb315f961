"""Mattermost outgoing webhooks. Every message that triggers one is an alert; a word in it may name the urgency."""

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
)

_URGENCY = re.compile(r"\b(?:low|medium|high|critical)\b", re.IGNORECASE)  # slow and highway name none


class MattermostOutgoingWebhook(Adapter):
    name = "Mattermost (Outgoing Webhook)"
    vendor = "https://developers.mattermost.com/integrate/webhooks/outgoing/"
    OPTIONS = (
        Option(
            "token",
            str,
            "The token that Mattermost gives the outgoing webhook; requests without it are refused.",
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
        urgency = _URGENCY.search(text(message))
        return AlertDraft(
            title=first_text(*lines[:1], joined(" ", "Mattermost message", channel, user)),
            description=text(message).strip() if len(lines) > 1 else None,
            urgency=urgency.group() if urgency else None,
            additional_data=[
                datum("text", "Trigger", request.get("trigger_word")),
                datum("text", "Team", request.get("team_domain")),
                datum("text", "Channel", channel),
                datum("text", "User", user),
                datum("text", "Files", request.get("file_ids")),
            ],
        )
