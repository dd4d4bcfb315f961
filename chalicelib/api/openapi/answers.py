"""The schemas of what the API answers: the resources as they are read."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.alerts.states import STATES
from chalicelib.api.openapi.parts import (
    COMMON,
    COUNT,
    FLAG,
    FREE,
    NO_IDS,
    NULLABLE_TEXT,
    TEXT,
    TIME,
    ULID,
    Schema,
    lists,
    nullable,
    record,
    ref,
)
from chalicelib.words import SEVERITIES


def resources(written: Mapping[str, Schema]) -> dict[str, Schema]:
    """The configuration resources as they are read: common fields, written fields, and what the service adds."""
    kind = record(dict.fromkeys(("id", "prefix_id", "slug", "name"), TEXT))
    endpoint = {"type": "string", "format": "uri", "description": "Where the tool sends its webhooks."}
    added: dict[str, dict[str, Schema]] = {
        "AccountUser": {"user": ref("User")},
        "Team": {"schedule_id": NULLABLE_TEXT, "escalation_policy_id": NULLABLE_TEXT, "attachments": FREE},
        "Router": {},
        "Integration": {
            "integration_type": kind,
            "integration_type_id": ULID,
            "options": {**FREE, "description": "Options by bare name; secret ones masked unless read by an admin."},
            "endpoint": endpoint,
            "email": {**NULLABLE_TEXT, "description": "Where mails to an integration of the type email go."},
        },
        "Stakeholder": {},
    }
    return {name: _resource(written[name], more) for name, more in added.items()}


def _resource(written: Schema, added: Mapping[str, Schema]) -> Schema:
    own = {name: _as_read(name, field) for name, field in written["properties"].items()}
    return record({**COMMON, **own, **added}, description=written.get("description", ""))


def _as_read(name: str, field: Schema) -> Schema:
    if name.endswith("_ids"):
        return lists(ULID)
    if name.endswith("_id") and name not in NO_IDS:
        return nullable(ULID)
    return {key: value for key, value in field.items() if key not in ("default", "minItems")}


def others(written: Mapping[str, Schema]) -> dict[str, Schema]:
    return {
        "User": _user(written),
        "Alert": _alert(written["Alert"]),
        "Comment": _comment(),
        "Log": _log(),
        "IntegrationType": _integration_type(),
        "OnCallList": lists(ref("OnCall")),
        "OnCall": record({"layer": {"type": "integer"}, "start_time": TIME, "end_time": TIME}),
    }


def _user(written: Mapping[str, Schema]) -> Schema:
    own = {name: _as_read(name, field) for name, field in written["UserFields"]["properties"].items()}
    email = record({"id": ULID, "email": TEXT, "primary": FLAG})
    phone = record({"id": ULID, "phone": TEXT, "primary": FLAG, "country": NULLABLE_TEXT, "blocked": FLAG})
    ids = {"id": ULID, "prefix_id": ref("PrefixId"), "last_sign_in_at": NULLABLE_TEXT}
    return record({**ids, **own, "emails": lists(email), "phones": lists(phone)})


def _alert(written: Schema) -> Schema:
    own = {name: _as_read(name, field) for name, field in written["properties"].items()}
    severity = {"enum": [*SEVERITIES, None]}
    incident = {"incident": FLAG, "incident_severity": severity, "incident_message": NULLABLE_TEXT}
    datum = record({"format": TEXT, "label": TEXT, "value": {}})
    return record(
        {
            **COMMON,
            **own,
            **incident,
            "title": TEXT,
            "meta": record(incident, additionalProperties=True),
            "status": {"type": "string", "enum": list(STATES)},
            "tag_list": {**lists(TEXT), "description": "The tags, as this API names them."},
            "source_id": ULID,
            "source_type": {"type": "string", "examples": ["Integration", "AccountUser"]},
            "source_log_id": nullable(ULID),
            "thirdparty_id": {"type": "string", "description": "What the sender calls it: the key of correlation."},
            "acknowledged_at": nullable(TIME),
            "resolved_at": nullable(TIME),
            "dedup_keys": lists(TEXT),
            "dedup_count": COUNT,
            "additional_data": lists(datum),
            "parent_id": nullable(ULID),
            "stakeholder_ids": lists(TEXT),
        },
        description="An alert, however it was made.",
    )


def _comment() -> Schema:
    person = record({"id": ULID, "prefix_id": ref("PrefixId"), "name": TEXT, "email": TEXT})
    return record(
        {
            **COMMON,
            "meta": FREE,
            "body": TEXT,
            "commentable_type": {"type": "string", "enum": ["Alert", "Comment"]},
            "commentable_id": ULID,
            "parent_id": nullable(ULID),
            "account_user_id": ULID,
            "created_by_name": TEXT,
            "account_user": record({"id": ULID, "prefix_id": ref("PrefixId"), "user": person}),
        }
    )


def _log() -> Schema:
    message = {"description": "Text, or the request that arrived.", "type": ["string", "object"]}
    sublog = record({"message": TEXT, "level": TEXT, "time": TIME})
    return record(
        {
            **COMMON,
            "tiny_id": {"type": "null"},
            "meta": FREE,
            "owner_type": {"type": "string", "examples": ["Integration", "Alert"]},
            "owner_id": ULID,
            "level": {"type": "string", "enum": ["info", "warn", "error"]},
            "format": {"type": "string", "enum": ["text", "json"]},
            "details": record({"message": message, "sublogs": lists(sublog)}),
            "state": TEXT,
        },
        description="What arrived, or what happened to an object.",
    )


def _integration_type() -> Schema:
    choices = {"choices": lists({}), "format": NULLABLE_TEXT, "default": {}}
    flags = dict.fromkeys(("required", "secret"), FLAG)
    option = record({"name": TEXT, "type": TEXT, "help": TEXT, **flags, **choices})
    return record(
        {
            **COMMON,
            "account_id": {"type": "null"},
            "meta": FREE,
            "slug": TEXT,
            "name": TEXT,
            "description": TEXT,
            "documentation_url": {"type": "string", "format": "uri"},
            "guide": {
                **NULLABLE_TEXT,
                "description": "How to set the tool up, in Markdown, with {endpoint} and {token} to fill in.",
            },
            "supports": {"type": "object", "additionalProperties": FLAG},
            "options": lists(option),
            "options_schema": {**FREE, "description": "JSON Schema of the options, by bare name."},
            "example_request": FREE,
        },
        description="A kind of tool that integrations are made for.",
    )
