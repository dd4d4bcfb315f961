"""The shapes of alerts: as they are read, made, changed and handed off; with examples."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.alerts.states import STATES
from chalicelib.api.shapes import (
    A_TEAM,
    COMMON,
    COUNT,
    FLAG,
    NULLABLE_TEXT,
    TEXT,
    TIME,
    ULID,
    Schema,
    Shape,
    array,
    as_changes,
    as_read,
    nullable,
    page_of,
    record,
    require_any,
)
from chalicelib.words import DESTINATION_FIELDS, SEVERITIES

CHANGEABLE = ("title", "description", "urgency", "tags", "meta")


def _alert(models: Mapping[str, Schema]) -> Schema:
    severity = {"enum": [*SEVERITIES, None]}
    incident = {"incident": FLAG, "incident_severity": severity, "incident_message": NULLABLE_TEXT}
    datum = record({"format": TEXT, "label": TEXT, "value": {}})
    return record(
        {
            **COMMON,
            **as_read(models["Alert"]),
            **incident,
            "title": TEXT,
            "description_format": {
                "enum": ["text", "html"],
                "description": "How to show the description: HTML is safe to show as it is, text holds no markup.",
            },
            "meta": record(incident, additionalProperties=True),
            "status": {"type": "string", "enum": list(STATES)},
            "tag_list": {**array(TEXT), "description": "The tags, as this API names them."},
            "source_id": ULID,
            "source_type": {"type": "string", "examples": ["Integration", "AccountUser"]},
            "source_log_id": nullable(ULID),
            "thirdparty_id": {"type": "string", "description": "What the sender calls it: the key of correlation."},
            "acknowledged_at": nullable(TIME),
            "resolved_at": nullable(TIME),
            "dedup_keys": array(TEXT),
            "dedup_count": COUNT,
            "additional_data": array(datum),
            "parent_id": nullable(ULID),
            "stakeholder_ids": array(TEXT),
        },
        description="An alert, however it was made.",
    )


def _changes(models: Mapping[str, Schema]) -> Schema:
    fields = models["Alert"]["properties"]
    return as_changes({**models["Alert"], "properties": {name: fields[name] for name in CHANGEABLE}})


ALERT = Shape("Alert", _alert)
ALERT_PAGE = page_of(ALERT)
ALERT_INPUT = Shape("AlertInput", lambda models: require_any(models["Alert"], tuple(DESTINATION_FIELDS)))
ALERT_CHANGES = Shape("AlertChanges", _changes)
HANDOFF_INPUT = Shape("HandoffInput", lambda models: require_any(models["Handoff"], tuple(DESTINATION_FIELDS)))

_AN_ALERT = {"title": "Disk full on db-7", "urgency": "high", "destination_team_ids": [A_TEAM]}
_AN_INCIDENT = {"incident": True, "incident_severity": "SEV-2", "incident_message": "Orders are slow."}
EXAMPLES = {
    "an alert": {**_AN_ALERT, "description": "97 % of /var is used.", "tags": ["db", "prod"]},
    "an incident": {**_AN_ALERT, "urgency": "critical", "meta": _AN_INCIDENT},
}
HANDOFF_EXAMPLES = {"to a team": {"note": "It is the network after all.", "destination_team_ids": [A_TEAM]}}
