"""Uptime Kuma's notification of type PagerTree, which is built in. One alert per monitor."""

from __future__ import annotations

import re

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    first_text,
    items,
    joined,
    mapping,
    split_unique,
    text,
    text_or_none,
)

_URGENCY = re.compile("silent|low|medium|high|critical")


class UptimeKuma(Adapter):
    name = "Uptime Kuma"
    vendor = "https://github.com/louislam/uptime-kuma/wiki/Notification-Methods"

    ACTIONS = {"create": Action.CREATE, "resolve": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event_type")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        urgency = _URGENCY.search(text(request.get("urgency")).lower())
        return AlertDraft(
            title=first_text(request.get("title"), joined(" ", "Uptime Kuma monitor", request.get("monitor.name"))),
            description=text_or_none(request.get("heartbeat.msg")),
            urgency=urgency.group() if urgency else None,
            additional_data=[
                datum("link", "URL", request.get("monitor.url")),
                datum("text", "Method", request.get("monitor.method")),
                datum("datetime", "Time", request.get("heartbeat.time")),
            ],
            tags=split_unique([mapping(tag).get("name") for tag in items(request.get("monitor.tags"))]),
        )
