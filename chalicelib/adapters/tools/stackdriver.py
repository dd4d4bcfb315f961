"""Google Cloud Monitoring, formerly Stackdriver: a notification channel of kind webhook. One alert per incident."""

from __future__ import annotations

from base64 import b64encode

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    same_secret,
    text,
)


class Stackdriver(Adapter):
    name = "Stackdriver"
    vendor = "https://cloud.google.com/monitoring/support/notification-options#webhooks"
    OPTIONS = (
        Option(
            "auth_token",
            str,
            "A token of your choice; requests without ?auth_token=<it> in the channel's endpoint URL are refused.",
            secret=True,
        ),
        Option(
            "basic_auth",
            str,
            "User name and password of the channel's basic authentication, written name:password; requests without "
            "them are refused.",
            secret=True,
        ),
    )
    SECRET_PARAMS = ("auth_token",)

    ACTIONS = {"open": Action.CREATE, "closed": Action.RESOLVE}
    FIELDS = (
        ("link", "Incident URL", "incident.url"),
        ("text", "Policy Name", "incident.policy_name"),
        ("text", "Condition Name", "incident.condition_name"),
        ("text", "Resource Name", "incident.resource_name"),
    )

    def blocked(self, request: Request) -> bool:
        token, basic = self.options["auth_token"], self.options["basic_auth"]
        if token and not same_secret(token, text(request.get("auth_token"))):
            return True
        expected = f"Basic {b64encode(basic.encode()).decode()}" if basic else ""
        return bool(basic) and not same_secret(expected, request.header("authorization"))

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("incident.state")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("incident.incident_id")

    def alert(self, request: Request) -> AlertDraft:
        names = (request.get(f"incident.{field}") for field in ("summary", "condition_name", "policy_name"))
        return AlertDraft(
            title=first_text(*names, "Google Cloud Monitoring incident"),
            additional_data=[datum(form, label, request.get(path)) for form, label, path in self.FIELDS],
        )
