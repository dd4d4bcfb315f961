"""The actions of a rule: what each may say, checked when the rules are saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.durations import duration_fault, parse_duration
from chalicelib.matching.paths import split_path
from chalicelib.templates import TemplateError, check_template
from chalicelib.words import SEVERITIES, URGENCIES

MAX_DELAY = "30d"
MAX_LIST = 20
MAX_TEXT = 10_000
UNKNOWN_SEVERITY = "SEV-UNKNOWN"

Path = tuple[str | int, ...]
Fault = Callable[[Path, str], None]

_MISSING = ("apart", "together")
_RECEIVER = re.compile(r"(?:usr|tem|rtr)_[0-9A-Za-z_-]{1,36}\Z")
_STAKEHOLDER = re.compile(r"stk_[0-9A-Za-z_-]{1,36}\Z")
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}\Z", re.IGNORECASE)
_RECEIVER_FORM = "must be the id of a team (tem_...), account user (usr_...) or router (rtr_...)"


@dataclass(frozen=True)
class Assign:
    """Send the alert to each receiver (prefix ids), at once or after a delay."""

    receivers: tuple[str, ...]
    delay_ms: int = 0


@dataclass(frozen=True)
class Aggregate:
    """Send the first alert of a group to the receiver; later ones of the period become its children and stop. Alerts
    that lack a value of `by` are `together` in a group, or each is apart."""

    by: tuple[str, ...]
    timeout_ms: int
    receiver: str
    together: bool = False


@dataclass(frozen=True)
class Ignore:
    """Suppress the alert and stop."""


@dataclass(frozen=True)
class Incident:
    severity: str
    message: str
    handlebars: bool = False


@dataclass(frozen=True)
class SetValue:
    """Overwrite fields of the alert: title, description and urgency are text, tags a list of text."""

    values: Mapping[str, Any]
    handlebars: bool = False


@dataclass(frozen=True)
class Stakeholder:
    ids: tuple[str, ...]


Action = Assign | Aggregate | Ignore | Incident | SetValue | Stakeholder


def parse_action(action: Any, path: Path, fault: Fault) -> Action | None:
    """One action of the document; None after `fault(path, message)` was told of each thing that is wrong."""
    if not isinstance(action, dict):
        fault(path, "must be a mapping with a type")
        return None
    kind = action.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        wrong = "is required" if kind is None else f"is unknown: {_shown(kind)}"
        fault((*path, "type"), f"{wrong}; must be one of {', '.join(_KINDS)}")
        return None
    known, parse = _KINDS[kind]
    faults: list[tuple[Path, str]] = []
    for name in action:
        if name != "type" and name not in known:
            faults.append(((*path, name), f"is unknown; {kind} takes {', '.join(known) or 'nothing'}"))
    parsed = parse(action, path, lambda place, message: faults.append((place, message)))
    for place, message in faults:
        fault(place, message)
    return None if faults else parsed


def normal_severity(text: str) -> str | None:
    """`sev-1`, `SEV_1` and ` SEV-1 ` are SEV-1; None for what is no severity."""
    severity = text.strip().upper().replace("_", "-")
    return severity if severity in SEVERITIES else None


def _assign(action: Mapping[str, Any], path: Path, fault: Fault) -> Assign:
    receiver = action.get("receiver")
    if isinstance(receiver, list):
        receivers = _id_list(receiver, (*path, "receiver"), fault, _RECEIVER, _RECEIVER_FORM)
    else:
        receivers = (_receiver(receiver, (*path, "receiver"), fault),)
    return Assign(receivers, _duration(action, "delay", path, fault) if "delay" in action else 0)


def _aggregate(action: Mapping[str, Any], path: Path, fault: Fault) -> Aggregate:
    by = action.get("by")
    if not isinstance(by, list) or not 1 <= len(by) <= MAX_LIST:
        fault((*path, "by"), f"must be a list of 1 to {MAX_LIST} paths such as alert.source_id")
        by = []
    for index, item in enumerate(by):
        if not isinstance(item, str) or not item.strip() or len(item) > 500 or "" in split_path(item):
            fault((*path, "by", index), f"must be a dotted path such as alert.urgency, not {_shown(item)}")
    timeout_ms = _duration(action, "timeout", path, fault)
    receiver = _receiver(action.get("receiver"), (*path, "receiver"), fault)
    missing = action.get("missing", _MISSING[0])
    if missing not in _MISSING:
        fault((*path, "missing"), f"must be one of {', '.join(_MISSING)}, not {_shown(missing)}")
    return Aggregate(tuple(str(item) for item in by), timeout_ms, receiver, missing == "together")


def _ignore(action: Mapping[str, Any], path: Path, fault: Fault) -> Ignore:
    return Ignore()


def _incident(action: Mapping[str, Any], path: Path, fault: Fault) -> Incident:
    handlebars = _flag(action, path, fault)
    severity = _text(action.get("severity", UNKNOWN_SEVERITY), (*path, "severity"), fault, handlebars)
    if not handlebars or "{{" not in severity:
        if normal_severity(severity) is None:
            fault((*path, "severity"), f"must be one of {', '.join(SEVERITIES)}, not {_shown(severity)}")
        severity = normal_severity(severity) or UNKNOWN_SEVERITY
    return Incident(severity, _text(action.get("message", ""), (*path, "message"), fault, handlebars), handlebars)


def _setval(action: Mapping[str, Any], path: Path, fault: Fault) -> SetValue:
    handlebars = _flag(action, path, fault)
    values = action.get("map")
    if not isinstance(values, dict) or not values:
        fault((*path, "map"), f"must be a mapping of {', '.join(_FIELDS)}")
        return SetValue({})
    found = {}
    for name, value in values.items():
        place = (*path, "map", name)
        if name in _FIELDS:
            found[name] = _FIELDS[name](value, place, fault, handlebars)
        else:
            fault(place, f"cannot be set; only {', '.join(_FIELDS)} can")
    return SetValue(found, handlebars)


def _stakeholder(action: Mapping[str, Any], path: Path, fault: Fault) -> Stakeholder:
    form = "must be the id of a stakeholder (stk_...)"
    return Stakeholder(_id_list(action.get("ids"), (*path, "ids"), fault, _STAKEHOLDER, form))


def _title(value: Any, path: Path, fault: Fault, handlebars: bool) -> str:
    if isinstance(value, str) and not value.strip():
        fault(path, "can't be blank")
    return _text(value, path, fault, handlebars)


def _tags(value: Any, path: Path, fault: Fault, handlebars: bool) -> tuple[str, ...]:
    tags = value.split(",") if isinstance(value, str) else value
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags) or len(str(tags)) > MAX_TEXT:
        fault(path, "must be a list of texts")
        return ()
    return tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


def _urgency(value: Any, path: Path, fault: Fault, handlebars: bool) -> str:
    if value not in URGENCIES:
        fault(path, f"must be one of {', '.join(URGENCIES)}, not {_shown(value)}")
    return str(value)


def _text(value: Any, path: Path, fault: Fault, handlebars: bool) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        fault(path, f"must be a text of at most {MAX_TEXT} characters")
        return ""
    if handlebars:
        try:
            check_template(value)
        except TemplateError as error:
            fault(path, f"is no valid template: {error}")
    return value


def _flag(action: Mapping[str, Any], path: Path, fault: Fault) -> bool:
    value = action.get("handlebars", False)
    if not isinstance(value, bool):
        fault((*path, "handlebars"), f"must be true or false, not {_shown(value)}")
    return value is True


def _duration(action: Mapping[str, Any], name: str, path: Path, fault: Fault) -> int:
    if name not in action:
        fault((*path, name), "is required: a duration such as 5m")
        return 0
    wrong = duration_fault(action[name], maximum=MAX_DELAY)
    if wrong:
        fault((*path, name), wrong)
    return parse_duration(action[name]) or 0


def _receiver(value: Any, path: Path, fault: Fault) -> str:
    if not isinstance(value, str) or not _RECEIVER.match(value):
        fault(path, "is required: " + _RECEIVER_FORM if value is None else f"{_RECEIVER_FORM}, not {_named(value)}")
    return str(value)


def _named(value: Any) -> str:
    """A value that should be a prefix id; the API shows both forms of an id."""
    is_ulid = isinstance(value, str) and _ULID.match(value)
    return f"{_shown(value)}: rules take what the API shows as prefix_id" if is_ulid else _shown(value)


def _id_list(value: Any, path: Path, fault: Fault, form: re.Pattern[str], expected: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST:
        fault(path, f"must be a list of 1 to {MAX_LIST} ids")
        return ()
    for index, item in enumerate(value):
        if not isinstance(item, str) or not form.match(item):
            fault((*path, index), f"{expected}, not {_named(item)}")
    return tuple(dict.fromkeys(str(item) for item in value))


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."


_FIELDS: Mapping[str, Callable[[Any, Path, Fault, bool], Any]] = {
    "title": _title,
    "description": _text,
    "tags": _tags,
    "urgency": _urgency,
}
_Parser = Callable[[Mapping[str, Any], Path, Fault], Action]
_KINDS: Mapping[str, tuple[tuple[str, ...], _Parser]] = {
    "aggregate": (("by", "timeout", "receiver", "missing"), _aggregate),
    "assign": (("receiver", "delay"), _assign),
    "ignore": ((), _ignore),
    "incident": (("severity", "message", "handlebars"), _incident),
    "setval": (("map", "handlebars"), _setval),
    "stakeholder": (("ids",), _stakeholder),
}
