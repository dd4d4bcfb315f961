"""Grafana: the unified alerting's webhook contact point, and the legacy webhook channel of Grafana 8 and before.

A unified notification stands for its whole group: as long as one member fires, it never resolves the alert.
"""

from __future__ import annotations

import re

from chalicelib.adapters.kit import (
    KEY_LABELS,
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    items,
    joined,
    mapping,
    signature_matches,
    text,
    with_labels,
)
from chalicelib.adapters.kit.freshness import is_fresh
from chalicelib.adapters.tools._groups import AlertGroup


class Grafana(Adapter):
    name = "Grafana"
    vendor = (
        "https://grafana.com/docs/grafana/latest/alerting/configure-notifications"
        "/manage-contact-points/integrations/webhook-notifier/"
    )
    OPTIONS = (
        Option(
            "secret",
            str,
            "The contact point's HMAC secret: requests must be signed with it in X-Grafana-Alerting-Signature.",
            secret=True,
        ),
        Option(
            "timestamp_header",
            str,
            "The contact point's timestamp header, if it names one: requests must then be no older than 5 minutes.",
        ),
        Option("create_on_no_data", bool, "A legacy rule that finds no data makes an alert.", default=True),
        KEY_LABELS,
    )

    # Both generations name it `state`; custom payloads of newer ones may leave that out, and name a `status`.
    ACTIONS = {
        "alerting": Action.CREATE,
        "ok": Action.RESOLVE,
        "no_data": Action.CREATE,
        "firing": Action.CREATE,
        "resolved": Action.RESOLVE,
        "paused": Action.OTHER,
        "pending": Action.OTHER,
    }
    SWITCHES = {"no_data": "create_on_no_data"}
    COUNTS = re.compile(r"\[(?:FIRING|RESOLVED|ALERTING)[^\]]*\]\s*", re.IGNORECASE)

    def blocked(self, request: Request) -> bool:
        secret = self.options["secret"]
        if not secret:
            return False
        signature = request.header("x-grafana-alerting-signature")
        if not self.options["timestamp_header"]:
            return not signature_matches(secret, request.body, signature)
        timestamp = request.header(self.options["timestamp_header"]) or ""
        signed = timestamp.encode("utf-8", "replace") + b":" + request.body
        return not (is_fresh(request, timestamp) and signature_matches(secret, signed, signature))

    def action(self, request: Request) -> Action:
        action = self.action_of(first_text(request.get("state"), request.get("status")))
        group = AlertGroup(request)
        if action is not Action.RESOLVE or not group.members:
            return action
        return Action.CREATE if group.firing else Action.OTHER if group.unseen else action

    def thirdparty_id(self, request: Request) -> Json:
        rule = request.get("ruleId")
        base = request.get("groupKey") if rule is None else rule
        return with_labels(base, self.options, *AlertGroup(request).sources)

    def alert(self, request: Request) -> AlertDraft:
        group = AlertGroup(request)
        # What the title counts is true for a moment, and the alert stays. A group by nothing is titled "(values)".
        title = self.COUNTS.sub("", text(request.get("title")), count=1).strip()
        title = joined(" ", group.title(), title) if title.startswith("(") else title
        return AlertDraft(
            title=first_text(request.get("ruleName"), title, group.title(), "Grafana alert"),
            description=first_text(request.get("message"), group.description()) or None,
            urgency=self.worst_of(group.severities),
            additional_data=[
                datum("link", "URL", first_text(request.get("ruleUrl"), request.get("ruleURL"))),
                datum("img", "Image", request.get("imageUrl")),
                *(datum("text", label, text(value)) for label, value in group.labels.items()),
                *group.additional_data(),
                *(
                    datum("text", text(mapping(m).get("metric")), text(mapping(m).get("value")))
                    for m in self._matches(request)
                ),
            ],
        )

    def explain(self, request: Request) -> str | None:
        unseen = AlertGroup(request).unseen
        if not unseen or self.action_of(first_text(request.get("state"), request.get("status"))) is not Action.RESOLVE:
            return None
        return f"truncatedAlerts is {unseen}: alerts that were cut off may still fire, so nothing is resolved"

    @staticmethod
    def _matches(request: Request) -> list[Json]:
        """What the legacy alerting measured."""
        return items(request.get("evalMatches"))[:10]
