"""Rules that users write to read their own formats: custom webhooks and e-mail rules. YAML in, a ruling out.

preprocess: [{type: parse_json}]           # or parse_sns
rules:                                     # top down; the first that matches decides
- match: {log.data.status: down}           # conditions as in routers
  actions:                                 # the first one counts
  - {type: create, thirdparty_id: "{{log.data.id}}", title: "{{log.data.name}} is down"}
default:                                   # when no rule matches
  actions: [{type: ignore, reason: not of interest}]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.adapters.kit.adapter import Action, Adapter, AlertDraft
from chalicelib.adapters.kit.documents import parse_json
from chalicelib.adapters.kit.markup import safe_html
from chalicelib.adapters.kit.placeholders import without_placeholders
from chalicelib.adapters.kit.reading import as_received
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.rule_checks import Problem, idle, place_text, problems
from chalicelib.adapters.kit.values import Datum, Json, blank, datum, items, mapping, split_unique, text, text_or_none
from chalicelib.matching.documents import Document, DocumentError, load_yaml
from chalicelib.matching.matcher import Condition, compile_condition
from chalicelib.pruning import pruned_for
from chalicelib.templates import TemplateError, render

_SHOWN_PROBLEMS = 5
_ACTIONS = {"create": Action.CREATE, "acknowledge": Action.ACKNOWLEDGE, "resolve": Action.RESOLVE}
_FORMATS = ("text", "link", "img", "email", "phone", "datetime")
_FALSE = ("", "0", "f", "false", "n", "no", "off")


class DefinitionError(Exception):
    """A definition that cannot be used; the text names the places, their lines, and what is wrong."""


@dataclass(frozen=True)
class Rule:
    condition: Condition
    action: Mapping[str, Json]


@dataclass(frozen=True)
class Definition:
    preprocess: tuple[str, ...]
    rules: tuple[Rule, ...]
    default: Mapping[str, Json] | None


@dataclass(frozen=True)
class Ruling:
    """What a definition makes of a request: the action, its rendered fields, and why, for the log."""

    action: Action
    fields: Mapping[str, Json]
    reason: str
    log: Mapping[str, Json]

    @property
    def key(self) -> str | None:
        """The rule's thirdparty_id; None when it is blank."""
        return text(self.fields.get("thirdparty_id")).strip() or None

    def draft(self, title: str, description: str) -> AlertDraft:
        """The alert that the fields describe; `title` and `description` stand in for blank ones. A description that a
        rule makes is HTML, as templates write it."""
        fields = self.fields
        return AlertDraft(
            title=text(fields.get("title")).strip() or title,
            description=safe_html(text(fields.get("description")) or None) or description,
            urgency=text(fields.get("urgency")).strip().lower(),
            incident=text(fields.get("incident")).strip().lower() not in _FALSE,
            incident_severity=text(fields.get("incident_severity")).strip().upper().replace("_", "-") or None,
            incident_message=text_or_none(fields.get("incident_message")),
            meta=dict(mapping(fields.get("meta"))),
            dedup_keys=split_unique(fields.get("dedup_keys")),
            additional_data=_additional_data(fields.get("additional_data")),
            tags=split_unique(fields.get("tags")),
        )


class RuledAdapter(Adapter):
    """An adapter that leaves requests to its `custom_definition`; it is asked once per request."""

    _latest: tuple[Request, Ruling] | None = None

    def _ruling(self, request: Request, log: Callable[[Request], Mapping[str, Json]]) -> Ruling:
        received = as_received(request)
        if self._latest is None or self._latest[0] is not received:
            self._latest = (received, decide(text(self.options["custom_definition"]), log(request), request))
        return self._latest[1]


def definition_fault(source: str) -> str | None:
    """What is wrong with a definition, with the lines, or None. Rules that can do nothing are refused when they are
    written; those that were saved before go on as they are."""
    try:
        compiled(source)
    except DefinitionError as error:
        return f"is faulty: {error}"
    document = load_yaml(source)
    told = _told(document, idle(document.value))
    return f"is faulty: this can do nothing: {told}" if told else None


def _told(document: Document, found: Iterable[Problem]) -> str:
    shown = itertools.islice(found, _SHOWN_PROBLEMS)
    return "; ".join(f"{place_text(at)} (line {document.line_of(at)}): {message}" for at, message in shown)


@lru_cache(maxsize=64)
def compiled(source: str) -> Definition:
    """A definition ready for use; the latest are remembered by their text. Raises DefinitionError."""
    try:
        document = load_yaml(source)
    except DocumentError as error:
        raise DefinitionError(f"line {error.line}: {error.message}") from None
    if told := _told(document, problems(document.value)):
        raise DefinitionError(told)
    root = document.value
    return Definition(
        tuple(step["type"] for step in root.get("preprocess") or ()),
        tuple(Rule(compile_condition(rule["match"]), rule["actions"][0]) for rule in root["rules"]),
        root["default"]["actions"][0] if root.get("default") else None,
    )


def decide(source: str, log: Mapping[str, Json], request: Request) -> Ruling:
    """Apply a definition to what was received. Never raises."""
    try:
        definition = compiled(source)
    except DefinitionError as error:
        return Ruling(Action.OTHER, {}, f"the custom definition is faulty: {error}"[:500], log)
    for step in definition.preprocess:
        log = _PREPROCESSORS[step](log)
    document = {"always": True, "log": log}
    seen = pruned_for(document, sum(rule.condition.size for rule in definition.rules))
    for number, candidate in enumerate(definition.rules, 1):
        if candidate.condition.matches(seen, request.received_at):
            return _ruled(f"rule {number}", candidate.action, document)
    if definition.default is None:
        return Ruling(Action.OTHER, {}, "no rule matched and there is no default", log)
    return _ruled("the default", definition.default, document)


def _ruled(who: str, action: Mapping[str, Json], document: Mapping[str, Json]) -> Ruling:
    fields = {name: _rendered(value, document, html=name == "description") for name, value in action.items()}
    kind = text(fields.get("type")).strip().lower()
    said = f"{who} says {kind or 'nothing'}" + (
        f": {text(fields['reason'])}" if not blank(fields.get("reason")) else ""
    )
    return Ruling(_ACTIONS.get(kind, Action.OTHER), fields, said[:500], document["log"])


def _rendered(value: Json, document: Mapping[str, Json], html: bool) -> Json:
    """The value with every text in it rendered; a template that fails on this data gives ""."""
    if isinstance(value, dict):
        return {key: _rendered(child, document, html) for key, child in value.items()}
    if isinstance(value, list):
        return [_rendered(child, document, html) for child in value]
    if not isinstance(value, str) or "{{" not in value:
        return value
    try:
        return render(value, document, html)
    except TemplateError:
        return ""


def _parse_json(log: Mapping[str, Json]) -> Mapping[str, Json]:
    """The body as JSON for data, also when it is a list, or JSON within a JSON text."""
    found = parse_json(text(log.get("body")))
    found = without_placeholders(parse_json(found) if isinstance(found, str) else found)
    if isinstance(found, dict):
        return {**log, "data": {**mapping(log.get("data")), **found}}
    return {**log, "data": found} if isinstance(found, list) else log


def _parse_sns(log: Mapping[str, Json]) -> Mapping[str, Json]:
    """The envelope of an SNS notification for data, and its Message parsed where that is JSON."""
    log = _parse_json(log)
    data = mapping(log.get("data"))
    message = without_placeholders(parse_json(data["Message"])) if isinstance(data.get("Message"), str) else None
    return {**log, "data": {**data, "Message": message}} if isinstance(message, (dict, list)) else log


_PREPROCESSORS = {"parse_json": _parse_json, "parse_sns": _parse_sns}


def _additional_data(value: Json) -> list[Datum | None]:
    """The items that are well formed; a lone one counts as a list."""
    given = [mapping(item) for item in ([value] if isinstance(value, dict) else items(value))]
    return [
        datum(text(item["format"]), text(item.get("label")).strip() or "Untitled", item.get("value"))
        for item in given
        if item.get("format") in _FORMATS
    ]
