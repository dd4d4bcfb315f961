"""Cloudflare notifications, generic webhook. A notification makes an alert, unless it says that something is over.

What has a state (tunnels, health checks, pools and origins, incidents, Pages projects) goes by its own id, since some
of its notifications come without a correlation, and a recovery as the start of a new one. Cloudflare documents the
values of `data` for a few types alone: the names of the others are those that people have published.
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
    Option,
    Request,
    blank,
    datum,
    epoch,
    first_text,
    items,
    joined,
    key,
    mapping,
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

    # Events and states without their prefixes (TUNNEL_STATUS_TYPE_HEALTHY); what is not here makes an alert.
    ACTIONS = {
        "END": Action.RESOLVE,
        "HEALTHY": Action.RESOLVE,
        "UP": Action.RESOLVE,
        "RESOLVED": Action.RESOLVE,
        "POSTMORTEM": Action.RESOLVE,
        "COMPLETED": Action.RESOLVE,
        "SUCCESS": Action.RESOLVE,
        "STARTED": Action.OTHER,  # a deployment of Pages
    }
    URGENCIES = {
        "INCIDENT_IMPACT_CRITICAL": "critical",
        "INCIDENT_IMPACT_MAJOR": "high",
        "INCIDENT_IMPACT_MINOR": "medium",
        "INCIDENT_IMPACT_NONE": "low",
    }
    STATES = ("new_status", "new_health", "new_health_status", "incident_status", "status", "event")  # of data
    OBJECTS = (  # what has a state: a kind, the fields of data that tell one from another, those with its name
        ("tunnel", ("tunnel_id",), ("tunnel_name", "tunnel_id")),
        ("health check", ("health_check_id",), ("health_check_name", "name", "health_check_id")),
        ("origin", ("pool_id", "origin_name"), ("origin_name",)),
        ("pool", ("pool_id",), ("pool_name", "pool_id")),
        ("incident", ("incident_id",), ("incident_name", "incident_id")),
        ("Pages project", ("project_name", "environment"), ("project_name",)),
        ("Workers alert", ("episode.id",), ("config.name", "episode.summary")),
    )
    ACRONYMS = ("id", "ip", "url", "dns", "ssl", "slo", "ca", "asn")
    NAMES = ("name", "zone_name", "host", "prefix", "script_name")  # of what comes in lists
    TITLE_LENGTH = 200
    MOST_DATA = 40
    LONGEST_DATA = 500
    PARAGRAPHS = re.compile(r"\n\n+")

    def blocked(self, request: Request) -> bool:
        secret = self.options["webhook_secret"]
        return bool(secret) and not same_secret(secret, request.header("cf-webhook-auth"))

    def action(self, request: Request) -> Action:
        words = (self._state(request), self._bare(request.get("alert_event")))
        known = next((word for word in words if word in self.ACTIONS), None)
        if known or (blank(request.get("alert_type")) and blank(request.get("text"))):
            return self.action_of(known)
        return Action.CREATE

    def thirdparty_id(self, request: Request) -> Json:
        thing, _ = self._object(request)
        attack = key("attack", request.get("data.attack_id"))
        return first_text(thing, request.get("alert_correlation_id"), attack)

    def alert(self, request: Request) -> AlertDraft:
        notice, data = text(request.get("text")), mapping(request.get("data"))
        _, subject = self._object(request)
        title = f"{subject}: {self._state(request).lower()}" if subject else notice.strip().partition("\n")[0]
        return AlertDraft(
            title=self._shortened(title or joined(" ", "CF Event", request.get("alert_type"))),
            description=self._paragraphs(notice),
            urgency=self._severity(data),
            additional_data=[
                *self._told("", data),
                datum("datetime", "Timestamp", epoch(request.get("ts"))),
                datum("text", "Alert Type", request.get("alert_type")),
                datum("text", "Policy Name", first_text(request.get("policy_name"), request.get("name"))),
                datum("text", "Account ID", request.get("account_id")),
                datum("text", "Policy ID", request.get("policy_id")),
            ],
        )

    def explain(self, request: Request) -> str | None:
        return "a deployment that starts makes no alert" if self._state(request) == "STARTED" else None

    def _state(self, request: Request) -> str:
        data = mapping(request.get("data"))
        return self._bare(first_text(*(data.get(field) for field in self.STATES)))

    def _bare(self, word: Json) -> str:
        return text(word).strip().upper().rpartition("_")[2]

    def _object(self, request: Request) -> tuple[str | None, str]:
        """The key of what has a state, and how a title calls it. A notice without one is about something else."""
        whole_pool = text(request.get("data.event_source")).lower() == "pool"
        for kind, identity, names in self.OBJECTS if self._state(request) else ():
            found = key(kind.lower(), *(request.get(f"data.{field}") for field in identity))
            if found and not (whole_pool and kind == "origin"):
                name = first_text(*(request.get(f"data.{field}") for field in names))
                return found, joined(" ", kind[0].upper() + kind[1:], name)
        return None, ""

    def _severity(self, data: Mapping[str, Json]) -> Json:
        """INFO says nothing: Cloudflare sends it with tunnels that are down and with attacks too."""
        severity = data.get("severity")
        return first_text(
            data.get("alert_priority_level"),
            data.get("incident_impact"),
            None if text(severity).upper() == "INFO" else severity,
        )

    def _told(self, of: str, values: Mapping[str, Json]) -> Iterator[Datum | None]:
        """All that `data` says, which differs by type: the target, the reason, the hostnames, the rates."""
        for name, value in list(values.items())[: self.MOST_DATA]:
            words = (word.upper() if word in self.ACRONYMS else word.capitalize() for word in name.split("_"))
            label = joined(" ", of, *words)
            if isinstance(value, dict) and not of:
                yield from self._told(label, value)
            else:
                yield datum("link", label, value) or datum("text", label, self._plain(value))

    def _plain(self, value: Json) -> str:
        parts = items(value) or [value]
        told = (first_text(*(mapping(part).get(name) for name in self.NAMES), part) for part in parts)
        return joined(", ", *told)[: self.LONGEST_DATA]

    def _shortened(self, title: str) -> str:
        return title if len(title) <= self.TITLE_LENGTH else title[: self.TITLE_LENGTH - 3] + "..."

    def _paragraphs(self, notice: str) -> Html | None:
        """The text as safe HTML: blank lines part paragraphs, other line ends stay line ends."""
        safe = safe_html(notice.replace("\r\n", "\n").replace("\r", "\n"))
        parts = [Html(part.replace("\n", "\n<br />")) for part in self.PARAGRAPHS.split(safe or "") if part]
        return joined_markup("\n\n", (markup("<p>{}</p>", part) for part in parts)) or None
