"""The standard webhook: a JSON or form payload of our own format. Its top-level keys may be written in any case."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.adapters.kit import (
    SENDER_OPTIONS,
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Request,
    blank,
    datum,
    first_text,
    mapping,
    noted,
    same_secret,
    text,
    text_or_none,
    urgency_in,
)


def _expression_fault(expression: str) -> str | None:
    from chalicelib.adapters.kit.expressions import expression_fault  # few integrations wrap their payload

    return expression_fault(expression)


class Webhook(Adapter):
    name = "Webhook"
    vendor = "https://pagertree.com/docs/integration-guides/webhook"
    OPTIONS = (
        Option("token", str, "Requests must carry this in the header pagertree-token.", secret=True),
        *SENDER_OPTIONS,
        Option(
            "capture_additional_data",
            bool,
            "Show the payload's other keys as additional data of the alert.",
            default=False,
        ),
        Option(
            "wrapper_key",
            str,
            "JMESPath expression that finds the payload inside the body, such as `event.details`.",
            check=_expression_fault,
        ),
    )
    SECRET_HEADERS = ("pagertree-token",)

    ACTIONS = {"create": Action.CREATE, "acknowledge": Action.ACKNOWLEDGE, "resolve": Action.RESOLVE}
    INCIDENT_KEYS = ("incident", "incident_severity", "incident_message")
    KNOWN_KEYS = ("id", "title", "description", "urgency", "tags", "meta", "event_type", "dedup_keys")
    ROUTE_KEYS = ("pagertree_integration_id",)
    FALSE_WORDS = ("", "false", "0", "no", "off")

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        wrong = bool(token) and not same_secret(token, request.header("pagertree-token"))
        return wrong or super().blocked(request)

    def action(self, request: Request) -> Action:
        return self.action_of(noted(request, "event_type", self._payload(request).get("event_type")))

    def thirdparty_id(self, request: Request) -> Json:
        return self._payload(request).get("id")

    def alert(self, request: Request) -> AlertDraft:
        payload = self._payload(request)
        meta, urgency = mapping(payload.get("meta")), payload.get("urgency")
        return AlertDraft(
            title=first_text(payload.get("title"), "Webhook alert"),
            description=text_or_none(payload.get("description")),
            urgency=urgency if self.urgency(urgency) else urgency_in(urgency) or urgency,
            incident=text(meta.get("incident")).strip().lower() not in self.FALSE_WORDS,
            incident_severity=text(meta.get("incident_severity")).strip().upper() or None,
            incident_message=text_or_none(meta.get("incident_message")),
            meta={key: value for key, value in meta.items() if key not in self.INCIDENT_KEYS},
            dedup_keys=self._texts(payload.get("dedup_keys")),
            additional_data=self._captured(payload),
            tags=self._texts(payload.get("tags")),
        )

    def _payload(self, request: Request) -> Mapping[str, Json]:
        """The payload, unwrapped, with lower-case keys; of two spellings the one that is not lower case wins."""
        payload = self._unwrapped(request.params)
        folded = {key.lower(): value for key, value in payload.items()}
        return folded | {key.lower(): value for key, value in payload.items() if key != key.lower()}

    def _unwrapped(self, params: Mapping[str, Json]) -> Mapping[str, Json]:
        expression = self.options["wrapper_key"]
        if blank(expression):
            return params
        from chalicelib.adapters.kit.expressions import search

        found = search(expression, params)
        return found if isinstance(found, dict) else params

    def _captured(self, payload: Mapping[str, Json]) -> list[Datum | None]:
        if not self.options["capture_additional_data"]:
            return []
        known = (*self.KNOWN_KEYS, *self.ROUTE_KEYS)
        return [datum("text", key, text(value)) for key, value in payload.items() if key not in known]

    @staticmethod
    def _texts(value: Json) -> list[str]:
        """A list's items, or a lone value, as texts; blank ones are left out."""
        values = value if isinstance(value, list) else [value]
        return [text(item) for item in values if not blank(item)]
