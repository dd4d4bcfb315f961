"""One Markdown page about an integration type, made from its adapter and from what its examples do."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Action, Adapter, AlertDraft, Option, Outcome, Reply, adapt
from chalicelib.adapters.kit.examples import CONTEXT, EXAMPLE_ID, EXAMPLE_INTEGRATION, request_of
from chalicelib.adapters.kit.options import has_scheme, read_options
from dev.curl_line import curl
from dev.markdown import block, code, pretty_json, table

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "<!-- Made by `python -m dev.docs`. Do not edit: change the adapter or its examples instead. -->"
ACTIONS = (Action.CREATE, Action.RECREATE, Action.ACKNOWLEDGE, Action.RESOLVE)
_EFFECTS = {
    Action.CREATE: "makes an alert",
    Action.RECREATE: "makes a new alert",
    Action.ACKNOWLEDGE: "acknowledges the alert",
    Action.RESOLVE: "resolves the alert",
    Action.OTHER: "does nothing",
}
_UNCHECKED = (
    "This type has no scheme of its own: set `sender_check` and `sender_secret` to [one that many tools "
    "share](../checking-senders.md), such as a bearer token. Without these, whoever knows the integration's URL can "
    "send to it: keep the URL secret."
)
_KINDS = {str: "text", bool: "true or false", int: "whole number"}


@dataclass(frozen=True)
class Case:
    """An example request and what the adapter made of it."""

    name: str
    given: dict[str, Any]
    options: dict[str, Any]  # those that the example sets
    outcome: Outcome
    reply: Reply
    confirms: bool


def cases_of(slug: str) -> list[Case]:
    """The examples of a type, run through its adapter."""
    return [_run(adapters.load(slug), name, given) for name, given in load_examples(slug).items()]


def page(slug: str, differences: Sequence[str]) -> str:
    """The page of one type. `differences` are sentences on how it departs from the reference."""
    adapter, cases = adapters.load(slug), cases_of(slug)
    secrets = {option.name for option in adapter.OPTIONS if option.secret}
    parts = [
        NOTICE,
        f"# {adapter.name}",
        inspect.getdoc(sys.modules[adapter.__module__]) or "",
        f"Type `{slug}` · [the vendor's documentation]({adapter.vendor}) · {_source_link(slug)}[all types](README.md)",
        *_guide(slug),
        "## What requests do",
        _effects(cases),
        *_series(slug),
        *(part for case in cases if case.name == "create" for part in ("## Example", _example(case, secrets))),
        "## Token or signature",
        _protection(adapter),
        "## Options",
        options_table(adapter.OPTIONS) if adapter.OPTIONS else "This type has no options of its own.",
        "The [options of every type](README.md#options-of-every-type) apply too. "
        "Over the API, a name is written with `option_` before it.",
    ]
    if differences:
        parts += ["## Differences from the reference", "\n".join(f"- {difference}" for difference in differences)]
    return "\n\n".join(parts) + "\n"


def _source_link(slug: str) -> str:
    """A link to the adapter's source, when it is one of this project's."""
    path = adapters.folder_of(slug) / f"{slug}.py"
    inside = path.is_relative_to(ROOT)
    return f"[the adapter's source](../../{path.relative_to(ROOT).as_posix()}) · " if inside else ""


def _guide(slug: str) -> list[str]:
    """The set-up guide, its headings below the page's, its placeholders as people know them from the examples."""
    guide = adapters.guide(slug)
    if guide is None:
        return []
    shown = guide.replace("{endpoint}", "$URL/integration/int_…").replace("{token}", "<your secret>")
    return ["## Setting it up", shown.replace("{email}", "int_…@<your mail domain>")]


def _series(slug: str) -> list[str]:
    """What series of requests leave open."""
    rows = [
        (name, str(number), step.get("label") or step.get("example", ""), str(step["open"]))
        for name, case in adapters.load_sequences(slug).items()
        for number, step in enumerate(case["sequence"], 1)
    ]
    return [table(("Series", "Step", "Request", "Alerts open after it"), rows)] if rows else []


def options_table(options: Iterable[Option]) -> str:
    rows = [(code(option.name), _kind(option), _default(option), option.help) for option in options]
    return table(("Option", "Kind", "Default", "What it does"), rows)


def _run(adapter: type[Adapter], name: str, given: dict[str, Any]) -> Case:
    options = read_options(adapter, given.get("options", {}), {})
    instance, request = adapter(options, CONTEXT), request_of(given)
    outcome = adapt(instance, request)
    reply = instance.reply(request, 403 if outcome.blocked else 200)
    confirms = not outcome.blocked and outcome.action is Action.OTHER and bool(instance.confirmation_url(request))
    return Case(name, given, {key: options[key] for key in given.get("options", {})}, outcome, reply, confirms)


def _effects(cases: Sequence[Case]) -> str:
    replies = {case.reply.body for case in cases if not case.outcome.blocked}
    same = len(replies) == 1
    rows = [(_condition(case), _effect(case, not same), _key(case.outcome), _title(case.outcome)) for case in cases]
    effects = table(("Example", "Effect", "Key", "Title of the alert"), rows)
    return effects + (f"\n\nRequests are answered {code(replies.pop())}." if same and any(replies) else "")


def _condition(case: Case) -> str:
    notes = _options_of(case) + (["there is a live alert"] if case.given.get("existing") else [])
    return case.name + (f" ({', '.join(notes)})" if notes else "")


def _options_of(case: Case) -> list[str]:
    return [
        f"with a {code(name)}" if _is_long(value) else f"{code(name)} is {code(json.dumps(value))}"
        for name, value in case.options.items()
    ]


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value


def _effect(case: Case, with_reply: bool) -> str:
    if case.outcome.blocked:
        return "refused, 403"
    effect = "confirms the subscription" if case.confirms else _EFFECTS[case.outcome.action]
    return f"{effect}; answered {code(case.reply.body)}" if with_reply and case.reply.body else effect


def _key(outcome: Outcome) -> str:
    if outcome.blocked or outcome.thirdparty_id is None:
        return ""
    if outcome.thirdparty_id == EXAMPLE_ID:
        return "the request's own id"
    return code(_public(outcome.thirdparty_id))


def _public(source: str) -> str:
    """A text with the ids of the example told as what they are."""
    return source.replace(EXAMPLE_ID, "<request id>").replace(EXAMPLE_INTEGRATION, "int_…")


def _title(outcome: Outcome) -> str:
    return "" if outcome.blocked or outcome.alert is None else code(outcome.alert.title or "")


def _example(case: Case, secrets: set[str]) -> str:
    where = f" ({', '.join(_options_of(case))})" if case.options else ""
    settings = [(name, value.strip()) for name, value in case.options.items() if _is_long(value)]
    signed = "headers" in case.given["request"] and not secrets.isdisjoint(case.options)
    return "\n\n".join(
        [
            *(f"The {code(name)}:\n\n{block('yaml', value)}" for name, value in settings),
            f"With `URL` what the `endpoint` begins with and `int_…` the prefix id of an integration{where}:",
            block("sh", curl(case.given["request"], request_of(case.given).body, exact=signed)),
            "makes this alert (fields that stay empty are left out; the integration gives an urgency that is missing):",
            block("json", _public(pretty_json(_shown_alert(case.outcome)))),
        ]
    )


def _shown_alert(outcome: Outcome) -> dict[str, Any]:
    draft = outcome.alert or AlertDraft(title=None)
    fields = {name: value for name, value in vars(draft).items() if value not in (None, [], {}, False)}
    key = "(the request's own id)" if outcome.thirdparty_id == EXAMPLE_ID else outcome.thirdparty_id
    return {"title": fields.pop("title", None), "thirdparty_id": key, **fields}


def _protection(adapter: type[Adapter]) -> str:
    secrets = [code(option.name) for option in adapter.OPTIONS if option.secret]
    if not has_scheme(adapter):
        return _UNCHECKED
    if not secrets:
        return inspect.getdoc(adapter.blocked) or ""
    set_ = f"Once {' or '.join(secrets)} is set"
    text = f"{set_}, a request whose token or signature is missing or wrong is refused with 403."
    hidden = [f"the header {code(name)}" for name in adapter.SECRET_HEADERS]
    hidden += [f"the parameter {code(name)}" for name in adapter.SECRET_PARAMS]
    return text + (f" Stored requests show {' and '.join(hidden)} masked." if hidden else "")


def _kind(option: Option) -> str:
    kind = ", ".join(code(choice) for choice in option.choices) or _KINDS[option.kind]
    bounds = "" if option.minimum is None else f", {option.minimum} to {option.maximum}"
    marks = [mark for mark, holds in (("**secret**", option.secret), ("required", option.required)) if holds]
    return ", ".join([kind + bounds, *marks])


def _default(option: Option) -> str:
    return "" if option.default is None else code(json.dumps(option.default))
