"""The schemas of the dry runs and of replay."""

from __future__ import annotations

from chalicelib.api.openapi.parts import (
    COUNT,
    FLAG,
    FREE,
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


def dry_runs() -> dict[str, Schema]:
    texts = {"type": "object", "additionalProperties": TEXT}
    body = {"type": "string", "description": "The raw body, exactly as it would be sent."}
    request = record({"method": TEXT, "url": TEXT, "headers": texts, "query": texts, "body": body}, [])
    template = record({"template": TEXT, "data": FREE}, ["template"])
    rules = {"rules": {"type": "string", "description": "YAML"}, "alert": FREE, "log": nullable(FREE), "now": TIME}
    adapter = {"options": {**FREE, "description": "By bare name."}, "request": ref("PreviewRequest")}
    stand_in = record(dict.fromkeys(("urgency", "prefix_id", "name"), TEXT), [])
    return {
        "PreviewRequest": request,
        "IntegrationTypePreviewInput": record({**adapter, "integration": stand_in}, ["request"]),
        "IntegrationPreviewInput": record({"request": ref("PreviewRequest")}),
        "RouterPreviewInput": record(rules, ["rules", "alert"]),
        "TemplatePreviewInput": template,
        "TemplatePreview": record({"text": TEXT}),
        "IntegrationTypePreview": record(_reading()),
        "IntegrationPreview": _whole_way(),
        "RouterPreview": _routed(),
        "Replay": record({"log_id": ULID, "prefix_id": ref("PrefixId"), "replay_of": ULID}),
    }


def _reading() -> dict[str, Schema]:
    action = {"type": "string", "enum": ["create", "recreate", "acknowledge", "resolve", "other"]}
    return {
        "blocked": {**FLAG, "description": "The sender would be refused."},
        "action": action,
        "thirdparty_id": NULLABLE_TEXT,
        "alert": nullable(FREE),
        "note": NULLABLE_TEXT,
    }


def _whole_way() -> Schema:
    correlation = {"type": "string", "description": "new, duplicate of <alert>, resolve <alert>, or nothing."}
    always = {"correlation": correlation, "routing": lists({}), "destinations": lists(TEXT), "sublogs": lists(FREE)}
    delayed = lists(record({"receiver": TEXT, "delay_ms": COUNT}))
    required = [*_reading(), *always]
    return record({**_reading(), **always, "delayed": delayed, "suppressed": FLAG}, required)


def _routed() -> Schema:
    return record(
        {
            "errors": lists(TEXT),
            "warnings": lists(TEXT),
            "matched": {"type": ["integer", "null"], "description": "The rule's index; null: the default receivers."},
            "actions": lists(FREE),
            "alert": {**FREE, "description": "The alert after the actions."},
            "receivers": lists(TEXT),
            "delay_ms": COUNT,
            "suppressed": FLAG,
            "aggregate": nullable(FREE),
            "stakeholders": lists(TEXT),
            "explanation": lists({}),
        }
    )
