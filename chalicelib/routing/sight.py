"""What rules see of an alert, by name, so that what is misspelt can be told."""

from __future__ import annotations

from chalicelib.matching.mistakes import Shape
from chalicelib.words import SEVERITIES, URGENCIES

ATTRIBUTES = (
    *("id", "prefix_id", "tiny_id", "account_id", "created_at", "updated_at", "title", "description", "urgency"),
    "description_format",
    *("status", "tags", "tag_list", "meta", "incident", "incident_severity", "incident_message", "source_id"),
    *("source_type", "source_log_id", "thirdparty_id", "acknowledged_at", "resolved_at", "dedup_keys", "dedup_count"),
    *("additional_data", "parent_id", "stakeholder_ids"),
    *("destination_team_ids", "destination_router_ids", "destination_account_user_ids"),
)
"""Of `alert`, as `alerts.alert.match_data` gives it."""

SHAPE = Shape(
    {"alert": ATTRIBUTES, "log": None, "log_parsed": (), "always": ()},
    {
        "alert.urgency": URGENCIES,
        "alert.incident_severity": SEVERITIES,
        "alert.incident": (True, False),
        "always": (True, False),
        "log_parsed": (True, False),
    },
)
