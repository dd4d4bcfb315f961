"""What a definition of rules may hold, checked when it is saved: every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.adapters.kit.values import Json
from chalicelib.matching.matcher import ConditionError, compile_condition
from chalicelib.matching.mistakes import Shape, mistakes
from chalicelib.templates import TemplateError, check_template

MAX_RULES = 500
MAX_TEMPLATES = 200
TYPES = ("create", "acknowledge", "resolve", "ignore")
PREPROCESSORS = ("parse_json", "parse_sns")
FIELDS = (
    *("type", "reason", "thirdparty_id", "title", "description", "urgency", "tags", "dedup_keys", "meta"),
    *("additional_data", "incident", "incident_severity", "incident_message"),
)

SHAPE = Shape({"log": None, "always": ()}, {"always": (True, False)})
"""What the conditions see."""

Place = tuple[str | int, ...]
Problem = tuple[Place, str]


def place_text(place: Place) -> str:
    """A place as people read it: ``rules[0].match.log.method``."""
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:100]}" for step in place)
    return shown.removeprefix(".") or "the definition"


def problems(root: Json) -> Iterator[Problem]:
    """All that is wrong with a definition: the places, and what must be there."""
    if not isinstance(root, dict):
        yield (), "must be a mapping with rules"
        return
    yield from _unknown(root, ("preprocess", "rules", "default"), ())
    yield from _preprocess_problems(root.get("preprocess"))
    rules = root.get("rules")
    if not isinstance(rules, list) or len(rules) > MAX_RULES:
        yield ("rules",), f"must be a list of at most {MAX_RULES} rules, each with match and actions"
        return
    for index, rule in enumerate(rules):
        yield from _rule_problems(rule, ("rules", index))
    default = root.get("default")
    if default is not None:
        yield from _actions_problems(default, ("default",), ("actions",))


def idle(root: Mapping[str, Json]) -> Iterator[Problem]:
    """What a definition without problems has that can do nothing: conditions that never hold, and actions on an alert
    that they do not name."""
    rules, default = _listed(root.get("rules")), root.get("default")
    if not rules and not default:
        yield ("rules",), "must have a rule, or the definition a default"
    for index, rule in enumerate(rules):
        yield from mistakes(rule["match"], SHAPE, ("rules", index, "match"))
        yield from _idle_action(rule["actions"][0], ("rules", index, "actions", 0))
    if isinstance(default, dict):
        yield from _idle_action(_listed(default["actions"])[0], ("default", "actions", 0))


def _idle_action(action: Mapping[str, Json], at: Place) -> Iterator[Problem]:
    kind = str(action["type"]).strip().lower()
    if kind in ("acknowledge", "resolve") and not str(action.get("thirdparty_id") or "").strip():
        yield (*at, "thirdparty_id"), f"is required: {kind} is for the alert that a create with the same one made"


def _listed(value: Json) -> list[Any]:
    return value if isinstance(value, list) else []


def _unknown(value: Mapping[str, Json], known: tuple[str, ...], at: Place) -> Iterator[Problem]:
    for name in value:
        if name not in known:
            yield (*at, name), f"is unknown; known here: {', '.join(known)}"


def _preprocess_problems(steps: Json) -> Iterator[Problem]:
    if steps is not None and not isinstance(steps, list):
        yield ("preprocess",), "must be a list, such as [{type: parse_json}]"
        return
    for index, step in enumerate(steps or ()):
        if not isinstance(step, dict) or step.get("type") not in PREPROCESSORS:
            yield ("preprocess", index), f"must be a mapping whose type is one of {', '.join(PREPROCESSORS)}"


def _rule_problems(rule: Json, at: Place) -> Iterator[Problem]:
    yield from _actions_problems(rule, at, ("match", "actions"))
    match = rule.get("match") if isinstance(rule, dict) else {}
    if not isinstance(match, dict):
        yield (*at, "match"), "must be a mapping, such as {log.data.status: down}; {always: true} matches everything"
        return
    try:
        compile_condition(match, "")
    except ConditionError as error:
        for steps, (_, message) in zip(error.steps, error.problems, strict=True):
            yield (*at, "match", *steps), message


def _actions_problems(holder: Json, at: Place, known: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(holder, dict):
        yield at, f"must be a mapping with {' and '.join(known)}"
        return
    yield from _unknown(holder, known, at)
    actions = holder.get("actions")
    if not isinstance(actions, list) or not actions:
        yield (*at, "actions"), "must be a list with an action, such as [{type: resolve, thirdparty_id: ...}]"
        return
    for index, action in enumerate(actions):
        yield from _action_problems(action, (*at, "actions", index))


def _action_problems(action: Json, at: Place) -> Iterator[Problem]:
    if not isinstance(action, dict):
        yield at, "must be a mapping with a type"
        return
    yield from _unknown(action, FIELDS, at)
    kind = action.get("type")
    if not isinstance(kind, str) or ("{{" not in kind and kind.strip().lower() not in TYPES):
        yield (*at, "type"), f"must be one of {', '.join(TYPES)}"
    templates = list(_texts(action, at))
    if len(templates) > MAX_TEMPLATES:
        yield at, f"has more than {MAX_TEMPLATES} templates"
    for place, template in templates:
        try:
            check_template(template)
        except TemplateError as error:
            yield place, f"is no template: {error}"


def _texts(value: Json, at: Place) -> Iterator[tuple[Place, str]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _texts(child, (*at, key))
    if isinstance(value, str) and "{{" in value:
        yield at, value
