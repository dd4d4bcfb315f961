"""Zabbix, by a media type of type webhook that posts event macros as flat text fields. One alert per trigger, and per
event of any other source: services, internal events, discovery and autoregistration.

PagerTree's media type sends `event_value`, `event_id`, `event_source`, `event_tags`, `event_nseverity`, `trigger_id`,
`title`, `description` and `zabbix_url`; the guide's sends more. A macro that has no value for an event arrives as such
(`{TRIGGER.ID}`, `*UNKNOWN*`), and so does every macro in a test of the media type.
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
    joined,
    key,
    split_unique,
    text,
)
from chalicelib.adapters.kit.markup import markup


class Zabbix(Adapter):
    name = "Zabbix"
    vendor = "https://www.zabbix.com/documentation/current/en/manual/config/notifications/media/webhook"
    OPTIONS = (
        Option("map_urgency", bool, "The severity of the event sets the urgency.", default=True),
        Option(
            "alert_per_event",
            bool,
            "Make an alert of each problem event: for triggers whose problem event generation mode is Multiple.",
            default=False,
        ),
    )

    ACTIONS = {"1": Action.CREATE, "0": Action.RESOLVE}
    # A trigger that nobody classified (0) leaves the urgency to the integration.
    URGENCIES = {"1": "low", "2": "medium", "3": "medium", "4": "high", "5": "critical"}
    TEST = "{EVENT.VALUE}"
    UPDATED = "1"
    SOURCES = {"0": "trigger", "1": "discovery", "2": "autoregistration", "3": "internal", "4": "service"}
    WITHOUT_END = ("discovery", "autoregistration")
    FIELDS = (
        ("text", "Host", "host_name"),
        ("text", "Host IP", "host_ip"),
        ("text", "Host Groups", "host_groups"),
        ("text", "Service", "service_name"),
        ("text", "Root Cause", "service_rootcause"),
        ("text", "Operational Data", "event_opdata"),
        ("text", "Severity", "event_severity"),
        ("link", "Trigger URL", "trigger_url"),
        ("text", "Trigger Description", "trigger_description"),
    )

    def action(self, request: Request) -> Action:
        value, updated = request.get("event_value"), request.get("event_update_status")
        if as_sent(request, "event_value") == self.TEST or self._source(request) in self.WITHOUT_END:
            return Action.CREATE
        if text(updated) == self.UPDATED and self.action_of(value) is Action.CREATE:
            return self._update(request)
        return self.action_of(value)

    def thirdparty_id(self, request: Request) -> Json:
        """The trigger, whose id internal events about it carry too; else the problem's event, to which a recovery
        refers."""
        event = key("event", request.get("event_id"))
        if self._source(request) not in ("", "trigger") or (event and self.options["alert_per_event"]):
            return event
        return first_text(request.get("trigger_id"), event)

    def alert(self, request: Request) -> AlertDraft:
        description = request.get("description")
        severity = first_text(request.get("event_update_nseverity"), request.get("event_nseverity"))
        return AlertDraft(
            title=first_text(request.get("title"), request.get("event_name"), "Zabbix problem"),
            description=None if blank(description) else markup("<pre>{}</pre>", description),
            urgency=severity if self.options["map_urgency"] and severity != "0" else None,
            additional_data=[
                datum("link", "Zabbix URL", self._url(request)),
                *(datum(form, label, request.get(field)) for form, label, field in self.FIELDS),
            ],
            tags=split_unique(request.get("event_tags")),
        )

    def explain(self, request: Request) -> str | None:
        if text(request.get("event_update_status")) != self.UPDATED:
            return None
        change = first_text(request.get("event_update_action"), "an update of the problem")
        return f"event_update_action is '{change[:60]}': only acknowledging and a changed severity do something"

    def _source(self, request: Request) -> str:
        return self.SOURCES.get(text(request.get("event_source")), "")

    def _update(self, request: Request) -> Action:
        """What somebody did to the problem in Zabbix, such as `acknowledged, commented on`; services change by
        themselves."""
        changes = split_unique(request.get("event_update_action"))
        if "acknowledged" in changes:
            return Action.ACKNOWLEDGE
        worse = self._source(request) == "service" or any(change.startswith("changed severity") for change in changes)
        return Action.CREATE if worse else Action.OTHER

    def _url(self, request: Request) -> Json:
        frontend, trigger, event = (request.get(field) for field in ("zabbix_url", "trigger_id", "event_id"))
        if any(map(blank, (frontend, trigger, event))) or self._source(request) != "trigger":
            return frontend
        return joined("", frontend, "/tr_events.php?triggerid=", trigger, "&eventid=", event)
