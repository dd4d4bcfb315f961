"""Zabbix, by a media type of type webhook that posts event macros as flat text fields. One alert per trigger.

Zabbix sends what the media type's script makes of its macros: `event_value`, `event_id`, `event_source`, `event_tags`,
`event_nseverity`, `trigger_id`, `title`, `description` and `zabbix_url`. A test of the media type sends macros as such.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    as_sent,
    blank,
    datum,
    first_text,
    split_unique,
    text,
)
from chalicelib.adapters.kit.markup import markup


class Zabbix(Adapter):
    name = "Zabbix"
    vendor = "https://www.zabbix.com/documentation/current/en/manual/config/notifications/media/webhook"
    OPTIONS = (Option("map_urgency", bool, "The severity of the event sets the urgency.", default=False),)

    ACTIONS = {"1": Action.CREATE, "0": Action.RESOLVE}
    TEST = "{EVENT.VALUE}"  # what a test of the media type sends
    URGENCIES = {"0": "silent", "1": "low", "2": "medium", "3": "medium", "4": "high", "5": "critical"}
    TRIGGER_EVENT = "0"

    def action(self, request: Request) -> Action:
        if as_sent(request, "event_value") == self.TEST:
            return Action.CREATE
        return self.action_of(request.get("event_value"))

    def thirdparty_id(self, request: Request) -> Json:
        return first_text(request.get("trigger_id"), request.get("event_id"))

    def alert(self, request: Request) -> AlertDraft:
        description = request.get("description")
        severity = text(request.get("event_nseverity")) if self.options["map_urgency"] else ""
        return AlertDraft(
            title=first_text(request.get("title"), "Zabbix problem"),
            description=None if blank(description) else markup("<pre>{}</pre>", description),
            urgency=self.URGENCIES.get(severity),
            additional_data=[datum("link", "Zabbix URL", self._url(request))],
            tags=split_unique(request.get("event_tags")),
        )

    def _url(self, request: Request) -> Json:
        frontend, trigger, event = (request.get(field) for field in ("zabbix_url", "trigger_id", "event_id"))
        if blank(frontend) or text(request.get("event_source")) != self.TRIGGER_EVENT:
            return frontend
        return f"{text(frontend)}/tr_events.php?triggerid={text(trigger)}&eventid={text(event)}"
