"""What each operation takes and answers, by operation id: schema names, status, and examples of bodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Contract:
    """`takes` and `answers` name schemas; a 204 answers nothing."""

    takes: str | None = None
    answers: str | None = None
    status: int = 200
    examples: dict[str, Any] = field(default_factory=dict)


_PERSON = "usr_0Qx1ZaK2nVb4fc"
_TEAM = "tem_4fK0c2nVbQx1Za"
_RULES = """rules:
- match:
    alert.urgency: critical
  actions:
  - type: assign
    receiver: tem_4fK0c2nVbQx1Za
"""
WEBHOOK_BODY = '{"event_type": "create", "Id": "disk-7", "Title": "Disk full on db-7"}'
_REQUEST = {"method": "POST", "headers": {"Content-Type": "application/json"}, "query": {}, "body": WEBHOOK_BODY}
_USER = {"name": "Grace Hopper", "emails_attributes": [{"email": "grace@example.com"}]}
_CREATED: dict[str, dict[str, Any]] = {
    "account_users": {
        "a member": {"user_attributes": _USER},
        "an admin with a phone, in a team": {
            "roles": {"admin": True},
            "member_team_ids": [_TEAM],
            "user_attributes": {**_USER, "phones_attributes": [{"phone": "+14155550100"}]},
        },
    },
    "teams": {
        "a team": {"name": "Operations", "member_account_user_ids": [_PERSON], "admin_account_user_ids": [_PERSON]}
    },
    "routers": {"a router": {"name": "By urgency", "rules": _RULES, "default_receiver_team_id": _TEAM}},
    "integrations": {
        "a webhook": {
            "name": "Deployments",
            "integration_type_id": "webhook",
            "urgency": "medium",
            "team_ids": [_TEAM],
        },
        "with options": {
            "name": "Prometheus",
            "integration_type_id": "prometheus",
            "urgency": "high",
            "team_ids": [_TEAM],
            "option_auto_resolve_timeout": "24h",
            "option_title_template": "[prod] {{alert.title}}",
            "option_title_template_enabled": True,
        },
    },
    "stakeholders": {"bare addresses": {"name": "Management", "emails": ["board@example.com"]}},
}
_CHANGED = {
    "account_users": {"roles": {"broadcaster": True}},
    "teams": {"notes": "Runs the data centre."},
    "routers": {"enabled": False},
    "integrations": {"enabled": False, "option_rate_limit": 600},
    "stakeholders": {"events": ["alert.assigned"]},
}
_NAMES = {
    "account_users": "AccountUser",
    "teams": "Team",
    "routers": "Router",
    "integrations": "Integration",
    "stakeholders": "Stakeholder",
}


def contracts() -> dict[str, Contract]:
    """Every operation that takes a token, by operation id; PATCH is as PUT."""
    found: dict[str, Contract] = {**_ALERTS, **_COMMENTS, **_OTHERS}
    for path, name in _NAMES.items():
        found |= _crud(path, name)
    return found


def _crud(path: str, name: str) -> dict[str, Contract]:
    return {
        f"{path}_list": Contract(answers=f"{name}Page"),
        f"{path}_create": Contract(f"{name}Input", name, 201, _CREATED[path]),
        f"{path}_retrieve": Contract(answers=name),
        f"{path}_update": Contract(f"{name}Changes", name, examples={"a change": _CHANGED[path]}),
        f"{path}_delete": Contract(status=204),
    }


_ALERT = {"title": "Disk full on db-7", "urgency": "high", "destination_team_ids": [_TEAM]}
_INCIDENT = {"incident": True, "incident_severity": "SEV-2", "incident_message": "Orders are slow."}
_ALERTS = {
    "alerts_list": Contract(answers="AlertPage"),
    "alerts_create": Contract(
        "AlertInput",
        "Alert",
        201,
        {
            "an alert": {**_ALERT, "description": "97 % of /var is used.", "tags": ["db", "prod"]},
            "an incident": {**_ALERT, "urgency": "critical", "meta": _INCIDENT},
        },
    ),
    "alerts_retrieve": Contract(answers="Alert"),
    "alerts_update": Contract("AlertChanges", "Alert", examples={"a change": {"urgency": "critical"}}),
    "alerts_delete": Contract(status=204),
    "alerts_acknowledge": Contract(answers="Alert"),
    "alerts_resolve": Contract(answers="Alert"),
    "alerts_reject": Contract(answers="Alert"),
    "alerts_hand_off": Contract(
        "HandoffInput",
        "Alert",
        examples={"to a team": {"note": "It is the network after all.", "destination_team_ids": [_TEAM]}},
    ),
    "teams_team_alerts": Contract(answers="AlertPage"),
}

_WORDS = {"body": "The backup filled the disk."}
_COMMENTS = {
    "comments_list": Contract(answers="CommentPage"),
    "comments_create": Contract(
        "CommentOnInput",
        "Comment",
        201,
        {"on an alert": {**_WORDS, "commentable_type": "Alert", "commentable_id": "alt_Za4fK0c2nVbQx1"}},
    ),
    "comments_retrieve": Contract(answers="Comment"),
    "comments_list_replies": Contract(answers="CommentPage"),
    "comments_reply": Contract("CommentInput", "Comment", 201, {"a reply": _WORDS}),
    "alerts_list_on_alert": Contract(answers="CommentPage"),
    "alerts_comment_on_alert": Contract("CommentInput", "Comment", 201, {"a comment": _WORDS}),
}

_SAMPLE = {"title": "Disk full on db-7", "urgency": "critical"}
_OTHERS = {
    "teams_current_oncall": Contract(answers="OnCallList"),
    "integration_types_list": Contract(answers="IntegrationTypePage"),
    "integration_types_retrieve": Contract(answers="IntegrationType"),
    "integration_types_preview": Contract(
        "IntegrationTypePreviewInput",
        "IntegrationTypePreview",
        examples={"a request": {"options": {}, "request": _REQUEST}},
    ),
    "integrations_preview": Contract(
        "IntegrationPreviewInput", "IntegrationPreview", examples={"a request": {"request": _REQUEST}}
    ),
    "routers_preview": Contract(
        "RouterPreviewInput", "RouterPreview", examples={"rules": {"rules": _RULES, "alert": _SAMPLE}}
    ),
    "templates_preview_template": Contract(
        "TemplatePreviewInput",
        "TemplatePreview",
        examples={"a title": {"template": "[{{alert.urgency}}] {{alert.title}}", "data": {"alert": _SAMPLE}}},
    ),
    "logs_list": Contract(answers="LogPage"),
    "logs_retrieve": Contract(answers="Log"),
    "logs_replay": Contract(answers="Replay", status=202),
}
