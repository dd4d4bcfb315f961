"""Uptime Kuma's notification of type PagerTree, which is built in, or of type Webhook. One alert per monitor.

What Kuma tells of no monitor (expiring certificates and domains, the Test button) all comes under one id: the
reminders of a certificate or domain share an alert, any other message is one of its own. Nothing resolves these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Request,
    blank,
    datum,
    first_text,
    items,
    key,
    mapping,
    noted,
    parse_json,
    split_unique,
    text,
    text_or_none,
)

_EXPIRY = re.compile(r" will (?:be )?expired? in ")
_UTC = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)")


class UptimeKuma(Adapter):
    name = "Uptime Kuma"
    vendor = "https://github.com/louislam/uptime-kuma/wiki/Notification-Methods"

    # Of type PagerTree the event's type, of type Webhook the status of the heartbeat: 0 is down, 1 up, 2 pending (it
    # is tried again), 3 maintenance.
    ACTIONS = {
        "create": Action.CREATE,
        "resolve": Action.RESOLVE,
        "0": Action.CREATE,
        "1": Action.RESOLVE,
        "2": Action.OTHER,
        "3": Action.OTHER,
    }
    NO_MONITOR = "uptime-kuma"
    TARGETS = (  # of the monitor
        ("text", "Type", "type"),
        ("link", "URL", "url"),
        ("text", "Hostname", "hostname"),
        ("text", "Port", "port"),
        ("text", "Container", "docker_container"),
        ("text", "gRPC URL", "grpcUrl"),
        ("text", "MQTT Topic", "mqttTopic"),
        ("text", "Keyword", "keyword"),
        ("text", "Monitor Description", "description"),
    )

    def action(self, request: Request) -> Action:
        event_type = request.get("event_type")
        if not blank(event_type):
            return self.action_of(event_type)
        sent = self._sent(request)
        status = noted(request, "heartbeat.status", mapping(sent.get("heartbeat")).get("status"))
        told = blank(sent.get("heartbeat")) and not blank(noted(request, "msg", sent.get("msg")))
        return Action.CREATE if told else self.action_of(status)

    def thirdparty_id(self, request: Request) -> Json:
        sent = self._sent(request)
        monitor = first_text(
            sent.get("id"), mapping(sent.get("heartbeat")).get("monitorID"), mapping(sent.get("monitor")).get("id")
        )
        if monitor and monitor != self.NO_MONITOR:
            return monitor
        message = first_text(sent.get("title"), sent.get("msg"))
        return key("expiry", _EXPIRY.split(message)[0]) if _EXPIRY.search(message) else None

    def alert(self, request: Request) -> AlertDraft:
        sent = self._sent(request)
        monitor, heartbeat = mapping(sent.get("monitor")), mapping(sent.get("heartbeat"))
        name = first_text(monitor.get("name"))
        tags = [mapping(tag) for tag in items(monitor.get("tags"))]
        return AlertDraft(
            title=first_text(sent.get("title"), f"{name} is DOWN" if name else None, sent.get("msg"), "Uptime Kuma"),
            description=text_or_none(heartbeat.get("msg")),
            urgency=sent.get("urgency"),
            additional_data=[
                *self._target(monitor),
                datum("datetime", "Time", _UTC.sub(r"\1T\2Z", text(heartbeat.get("time")))),
                *(datum("text", tag.get("name"), tag.get("value")) for tag in tags),
            ],
            tags=split_unique([tag.get("name") for tag in tags]),
        )

    def _sent(self, request: Request) -> Mapping[str, Json]:
        """The payload. Of type Webhook, a form has it as JSON in `data`, and a GET its parts as JSON each."""
        whole = mapping(parse_json(text(request.get("data")))) or request.params
        parts = ((name, whole.get(name)) for name in ("heartbeat", "monitor"))
        return {**whole, **{name: parse_json(part) if isinstance(part, str) else part for name, part in parts}}

    def _target(self, monitor: Mapping[str, Json]) -> Iterator[Datum | None]:
        """What is monitored. Monitors that ask no web server have the URL `https://`, and a method all the same."""
        found = [datum(form, label, text(monitor.get(field))) for form, label, field in self.TARGETS]
        yield from found
        asks = any(item and item["label"] == "URL" for item in found)
        yield datum("text", "Method", monitor.get("method") if asks else None)
        path = monitor.get("pathName")
        yield datum("text", "Path", path if path != monitor.get("name") else None)
