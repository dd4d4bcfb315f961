"""Cloudflare notifications, generic webhook. Every notification makes an alert, but for one that says it is over."""

from __future__ import annotations

import re

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    blank,
    datum,
    epoch,
    joined,
    same_secret,
    text,
)
from chalicelib.adapters.kit.markup import Html, joined_markup, markup, safe_html


class Cloudflare(Adapter):
    name = "Cloudflare"
    vendor = "https://developers.cloudflare.com/notifications/reference/webhook-payload-schema/"
    OPTIONS = (
        Option(
            "webhook_secret", str, "The secret of Cloudflare's webhook, which comes as cf-webhook-auth.", secret=True
        ),
    )
    SECRET_HEADERS = ("cf-webhook-auth",)

    END = "ALERT_STATE_EVENT_END"
    TITLE_LENGTH = 70
    PARAGRAPHS = re.compile(r"\n\n+")

    def blocked(self, request: Request) -> bool:
        secret = self.options["webhook_secret"]
        return bool(secret) and not same_secret(secret, request.header("cf-webhook-auth"))

    def action(self, request: Request) -> Action:
        return Action.RESOLVE if request.get("alert_event") == self.END else Action.CREATE

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("alert_correlation_id")

    def alert(self, request: Request) -> AlertDraft:
        notice = text(request.get("text"))
        return AlertDraft(
            title=joined(" ", "CF Event", request.get("alert_type")) if blank(notice) else self._shortened(notice),
            description=self._paragraphs(notice),
            additional_data=[
                datum("text", "Account Name", request.get("data.account_name")),
                datum("text", "Zone Name", request.get("data.zone_name")),
                datum("link", "Dashboard Link", request.get("data.dashboard_link")),
                datum("datetime", "Timestamp", epoch(request.get("ts"))),
                datum("text", "Alert Type", request.get("alert_type")),
                datum("text", "Account ID", request.get("account_id")),
                datum("text", "Policy ID", request.get("policy_id")),
            ],
        )

    def _shortened(self, notice: str) -> str:
        return notice if len(notice) <= self.TITLE_LENGTH else notice[: self.TITLE_LENGTH - 3] + "..."

    def _paragraphs(self, notice: str) -> Html | None:
        """The text as safe HTML: blank lines part paragraphs, other line ends stay line ends."""
        safe = safe_html(notice.replace("\r\n", "\n").replace("\r", "\n"))
        parts = [Html(part.replace("\n", "\n<br />")) for part in self.PARAGRAPHS.split(safe or "") if part]
        return joined_markup("\n\n", (markup("<p>{}</p>", part) for part in parts)) or None
