"""Routers: `/api/v4/routers`, and a dry run of rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.accounts.objects import Object
from chalicelib.api.http import Call, route
from chalicelib.api.resource import Resource
from chalicelib.api.routes import mount
from chalicelib.api.shapes import A_TEAM, COUNT, FLAG, FREE, TEXT, TIME, array, fixed, nullable, record
from chalicelib.errors import Invalid
from chalicelib.storage import configuration
from chalicelib.times import read_time
from chalicelib.words import DEFAULT_FIELDS

_RULES = f"""rules:
- match:
    alert.urgency: critical
  actions:
  - type: assign
    receiver: {A_TEAM}
"""
_PREVIEW_INPUT = fixed(
    "RouterPreviewInput",
    record(
        {"rules": {"type": "string", "description": "YAML"}, "alert": FREE, "log": nullable(FREE), "now": TIME},
        ["rules", "alert"],
    ),
)
_PREVIEW = fixed(
    "RouterPreview",
    record(
        {
            "errors": array(TEXT),
            "warnings": array(TEXT),
            "matched": {"type": ["integer", "null"], "description": "The rule's index; null: the default receivers."},
            "actions": array(FREE),
            "alert": {**FREE, "description": "The alert after the actions."},
            "receivers": array(TEXT),
            "delay_ms": {**COUNT, "description": "The longest of the delays."},
            "delays": array(record({"receiver": TEXT, "delay_ms": COUNT})),
            "suppressed": FLAG,
            "aggregate": nullable(FREE),
            "stakeholders": array(TEXT),
            "explanation": array({}),
        }
    ),
)


class Routers(Resource):
    name = "router"
    path = "routers"
    prefix = ids.ROUTER
    model = "Router"
    about = "Rules that decide where an alert goes."
    references = DEFAULT_FIELDS
    named_in = {"rules": (*DEFAULT_FIELDS.values(), ids.STAKEHOLDER)}
    any_of = tuple(DEFAULT_FIELDS)
    examples = {"a router": {"name": "By urgency", "rules": _RULES, "default_receiver_team_id": A_TEAM}}
    change = {"enabled": False}
    added = {"warnings": {**array(TEXT), "description": "Rules that can never hold, and what they name that is gone."}}

    def read(self, params: Mapping[str, Any], stored: Mapping[str, Any]) -> Mapping[str, Any]:
        cleared = {name: params[name] or None for name in DEFAULT_FIELDS if name in params}
        return {**params, **cleared, **({"rules": params["rules"] or ""} if "rules" in params else {})}

    def complete(self, call: Call, found: Object, stored: Object | None) -> Object:
        """Add the warnings about the rules. Rules are checked when they are sent, and may go on to name what is gone:
        a router can always be renamed or disabled."""
        if stored and found["rules"] == stored["rules"]:
            return found
        named_before = set(self.named(stored, "rules")) if stored else set()
        written = bool(found["rules"].strip())
        return {**found, "warnings": check_rules(call.account_id, found["rules"], named_before) if written else []}

    def show(self, found: Object, call: Call) -> Object:
        return {"warnings": [], **found}

    def check(self, call: Call, found: Object) -> None:
        if not any(found[name] for name in DEFAULT_FIELDS):
            raise Invalid(f"{', '.join(DEFAULT_FIELDS)}: at least one default receiver is required")
        if found["default_receiver_router_id"] == found["id"]:
            raise Invalid("default_receiver_router_id cannot be the router itself")

    def named(self, found: Object, field: str) -> Iterable[str]:
        """What the rules name; rules that cannot be read any more name nothing, and assign nothing either."""
        from chalicelib.routing.rules import RulesError, compiled_rules

        try:
            rules = compiled_rules(found[field]) if found[field].strip() else None
        except RulesError:
            rules = None
        return {key for _, _, key in (*rules.receivers(), *rules.stakeholders())} if rules else set()


def check_rules(account_id: str, source: str, named_before: Collection[str]) -> list[str]:
    """The warnings about a rules document. Raises Invalid with every fault, unknown receivers and stakeholders
    included; those that the rules named before, and that are gone since, are warnings."""
    from chalicelib.routing.advice import refusals_of, warnings_of
    from chalicelib.routing.rules import RulesError, parse_rules

    try:
        rules = parse_rules(source)
        if refused := refusals_of(source):
            raise RulesError(refused)
    except RulesError as error:
        raise Invalid(*(f"rules: {problem}" for problem in error.problems)) from error
    named = [*rules.receivers(), *rules.stakeholders()]
    found = configuration.read_many(account_id, [key for _, _, key in named]) if named else {}
    gone = [entry for entry in named if entry[2] not in found]
    missing = [f"{path} (line {line}): {key} does not exist" for path, line, key in gone if key not in named_before]
    if missing:
        raise Invalid(*(f"rules: {fault}" for fault in missing))
    lost = [f"{path} (line {line}): {key} is gone; the default receivers take its place" for path, line, key in gone]
    return [*map(str, warnings_of(source)), *lost]


mount(Routers())


@route(
    "/routers/preview",
    "POST",
    takes=_PREVIEW_INPUT,
    answers=_PREVIEW,
    examples={"rules": {"rules": _RULES, "alert": {"title": "Disk full on db-7", "urgency": "critical"}}},
)
def preview(call: Call) -> Any:
    """Dry run of rules over an alert: what matched, what would happen. Nothing is stored."""
    from chalicelib.routing.preview import preview_rules

    params = call.params
    alert, log = params.get("alert"), params.get("log")
    if not isinstance(params.get("rules"), str):
        raise Invalid("rules can't be blank" if not params.get("rules") else "rules must be YAML text")
    if not isinstance(alert, dict):
        raise Invalid("alert must be an object")
    if log is not None and not isinstance(log, dict):
        raise Invalid("log must be an object or null")
    return preview_rules(params["rules"], alert, log, read_now(call))


def read_now(call: Call) -> datetime:
    """The parameter `now`, or the time of the call. Raises Invalid."""
    given = call.params.get("now")
    if given in (None, ""):
        return call.now
    found = read_time(given) if isinstance(given, str) else None
    if found is None:
        raise Invalid("now must be a time in ISO 8601, such as 2026-03-01T08:15:00Z")
    return found
