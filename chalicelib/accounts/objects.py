"""A configured object as a plain map: how it is made, and what one that an older release stored lacks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.times import iso
from chalicelib.words import DEFAULT_FIELDS, INTEGRATION_FIELDS

Object = dict[str, Any]

_NOTIFY = dict.fromkeys(("notify_push", "notify_email", "notify_sms", "notify_voice"), True)
_ENTRIES = [{"id": None, "primary": False}]
_USER = {"time_zone": "Etc/UTC", "preferred_language": None, **_NOTIFY, "emails": _ENTRIES, "phones": _ENTRIES}
_NOTIFIED: dict[str, Any] = {"drop_notification_account_user_ids": [], "handoff_notification_account_user_ids": []}

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    ids.ACCOUNT: {},
    ids.ACCOUNT_USER: {
        "notification_rule_id": None,
        "roles": dict.fromkeys(("admin", "billing", "broadcaster", "communicator"), False),
        "user": _USER,
    },
    ids.API_TOKEN: {"expires_at": None, "last_used_at": None},
    ids.INTEGRATION: {"enabled": True, "options": {}, **{name: [] for name in INTEGRATION_FIELDS}},
    ids.ROUTER: {"enabled": True, "rules": "", **dict.fromkeys(DEFAULT_FIELDS)},
    ids.STAKEHOLDER: {"account_user_ids": [], "emails": [], "events": ["alert.assigned", "alert.resolved"]},
    ids.TEAM: {"notes": None, "drop_notifications": "none", "handoff_notifications": "none", **_NOTIFIED},
}
"""What a field is when the release that stored the object did not have it yet, by prefix; the same as in the models,
whose library a webhook does not wait for. A map is filled field by field; a list of one map says what each of the
list's maps lacks, and the list itself is empty when it is missing."""

_COMMON: dict[str, Any] = {"meta": {}}


def new_object(prefix: str, account_id: str, fields: Mapping[str, Any], now: datetime) -> Object:
    """A new object with the attributes that all have. Its `tiny_id` is 0 until one is taken."""
    identifier = ids.new(now)
    return {
        "id": identifier,
        "prefix_id": ids.prefix_id(prefix, identifier),
        "tiny_id": 0,
        "account_id": account_id,
        "created_at": iso(now),
        "updated_at": iso(now),
        "meta": {},
        **fields,
        "version": 1,
    }


def with_defaults(prefix: str, stored: Mapping[str, Any]) -> Object:
    """A stored object with every field that this release knows; what it does not know stays."""
    return dict(_filled(stored, {**_COMMON, **DEFAULTS[prefix]}))


def _filled(value: Any, default: Any) -> Any:
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        missing = {name: _absent(inner) for name, inner in default.items() if name not in value}
        return missing | {name: _filled(inner, default.get(name)) for name, inner in value.items()}
    if _is_records(default) and isinstance(value, list):
        return [_filled(item, default[0]) for item in value]
    return value


def _absent(default: Any) -> Any:
    if isinstance(default, Mapping):
        return {name: _absent(inner) for name, inner in default.items()}
    return [] if _is_records(default) else list(default) if isinstance(default, list) else default


def _is_records(default: Any) -> bool:
    return isinstance(default, list) and bool(default) and isinstance(default[0], Mapping)
