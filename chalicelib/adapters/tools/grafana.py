"""Grafana: the unified alerting's webhook contact point, and the legacy webhook channel of Grafana 8 and before.

A unified notification stands for its whole group: as long as one member fires, it never resolves the alert.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    items,
    mapping,
    number,
    signature_matches,
    text_or_none,
)


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
    )

    ACTIONS = {
        "alerting": Action.CREATE,
        "ok": Action.RESOLVE,
        "firing": Action.CREATE,
        "resolved": Action.RESOLVE,
    }
    MAX_AGE_SECONDS = 300

    def blocked(self, request: Request) -> bool:
        secret = self.options["secret"]
        if not secret:
            return False
        signature = request.header("x-grafana-alerting-signature")
        if not self.options["timestamp_header"]:
            return not signature_matches(secret, request.body, signature)
        timestamp = request.header(self.options["timestamp_header"]) or ""
        signed = timestamp.encode("utf-8", "replace") + b":" + request.body
        return not (self._recent(request, timestamp) and signature_matches(secret, signed, signature))

    def action(self, request: Request) -> Action:
        # Both generations name it `state`; custom payloads of newer ones may leave that out.
        action = self.ACTIONS.get(first_text(request.get("state"), request.get("status")), Action.OTHER)
        return Action.CREATE if action is Action.RESOLVE and self._any_firing(request) else action

    def thirdparty_id(self, request: Request) -> Json:
        rule = request.get("ruleId")
        return request.get("groupKey") if rule is None else rule

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(
                request.get("ruleName"), request.get("title"), request.get("commonLabels.alertname"), "Grafana alert"
            ),
            description=text_or_none(request.get("message")),
            additional_data=[
                datum("link", "URL", first_text(request.get("ruleUrl"), request.get("ruleURL"))),
                datum("img", "Image", request.get("imageUrl")),
            ],
        )

    @staticmethod
    def _any_firing(request: Request) -> bool:
        return any(mapping(member).get("status") == "firing" for member in items(request.get("alerts")))

    def _recent(self, request: Request, timestamp: str) -> bool:
        signed_at = number(timestamp)
        return signed_at is not None and abs(request.received_at.timestamp() - signed_at) <= self.MAX_AGE_SECONDS
