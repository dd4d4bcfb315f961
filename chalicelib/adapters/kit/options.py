"""The options of an integration: the generic ones, reading what a client wrote, and their JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.adapters.kit.adapter import Adapter, Option
from chalicelib.adapters.kit.senders import SCHEMES, secret_fault
from chalicelib.adapters.kit.urgency import urgency_map_fault
from chalicelib.durations import duration_fault
from chalicelib.errors import check

# Rails' boolean casts, which form-encoded clients rely on; other words are refused rather than taken for true.
_FALSE = (False, 0, "0", "f", "F", "false", "False", "FALSE", "off", "OFF")
_TRUE = (True, 1, "1", "t", "T", "true", "True", "TRUE", "on", "ON")
MASK = "********"
"""What is shown of a secret option to those who may not read it."""

_MAX_TEXT = 64 * 1024
_SHOWN_STRANGERS = 10
_PREFIX = re.compile("options?[_-]?")
_TYPES = {str: "string", bool: "boolean", int: "integer"}
_NOUNS = {str: "text", bool: "true or false", int: "a whole number"}


def _period(value: Any) -> str | None:
    return duration_fault(value, minimum="15m", maximum="30d")


def _template(value: Any) -> str | None:
    from chalicelib.templates import TemplateError, check_template  # only a save needs it, no webhook does

    try:
        check_template(value)
    except TemplateError as error:
        return f"is no valid template: {error}"
    return None


GENERIC_OPTIONS: tuple[Option, ...] = (
    Option(
        "title_template",
        str,
        "Handlebars template that replaces the title.",
        format="handlebars",
        check=_template,
    ),
    Option("title_template_enabled", bool, "Use the title template.", default=False),
    Option(
        "description_template",
        str,
        "Handlebars template that replaces the description.",
        format="handlebars",
        check=_template,
    ),
    Option("description_template_enabled", bool, "Use the description template.", default=False),
    Option(
        "auto_aggregate_timeout",
        str,
        "Fold a new alert into a live one of this integration with the same title made within this time (15m to 30d).",
        format="duration",
        check=_period,
    ),
    Option(
        "auto_resolve_timeout",
        str,
        "Resolve an alert this long after it was made (15m to 30d). Blank: never.",
        format="duration",
        check=_period,
    ),
    Option(
        "urgency_map",
        str,
        "Urgencies for the tool's own words, one `word: urgency` a line, such as `page: critical`; these go before the "
        "type's.",
        format="text",
        check=urgency_map_fault,
    ),
    Option(
        "rate_limit",
        int,
        "Requests taken per minute; more are answered 429.",
        default=3000,
        minimum=1,
        maximum=60_000,
    ),
)


SENDER_OPTIONS: tuple[Option, ...] = (
    Option(
        "sender_check",
        str,
        "How senders prove themselves. HTTP basic or bearer authentication, GitHub's X-Hub-Signature-256, Slack's "
        "X-Slack-Signature (v0), or Standard Webhooks. Blank: whoever knows the URL can send.",
        choices=SCHEMES,
        required_with="sender_secret",
    ),
    Option(
        "sender_secret",
        str,
        "What sender_check checks by: the bearer token, name:password, or the signing secret. Requests without proof "
        "are refused.",
        secret=True,
        required_with="sender_check",
    ),
)
"""The options of every type that has no scheme of its own: that leaves `Adapter.blocked` as it is. Other types may
declare them beside their own."""

KEY_LABELS = Option(
    "key_labels",
    str,
    "Labels whose values join the key of an alert, such as `cluster, region`: for senders whose groups can coincide.",
)
"""For the OPTIONS of tools that send groups with labels; `keys.with_labels` reads it."""


def declared(adapter: type[Adapter]) -> tuple[Option, ...]:
    """All options of an integration type: its own, those of the schemes that many tools share, the generic ones."""
    shared = () if has_scheme(adapter) else SENDER_OPTIONS
    return (*adapter.OPTIONS, *shared, *GENERIC_OPTIONS)


def has_scheme(adapter: type[Adapter]) -> bool:
    """Whether an integration type checks its senders in a way of its own."""
    return adapter.blocked is not Adapter.blocked


def defaults(adapter: type[Adapter]) -> dict[str, Any]:
    return {option.name: option.default for option in declared(adapter)}


def read_options(adapter: type[Adapter], given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The options that `given` (by bare name) makes of the `stored` ones, every declared option present.

    Null and blank go back to the default; the mask of a stored secret changes nothing. Raises Invalid with one message
    per faulty option, names that the type does not declare included: a misspelt secret would leave an open endpoint.
    """
    values = {**defaults(adapter), **{k: v for k, v in stored.items() if v is not None}}
    problems = list(_strangers(adapter, given))
    for option in declared(adapter):
        if option.secret and given.get(option.name) == MASK:
            problems.extend([] if values[option.name] else [f"option_{option.name} is masked: write the secret itself"])
        elif option.name in given:
            values[option.name], fault = _cast(option, given[option.name])
            problems.extend([f"option_{option.name} {fault}"] if fault else [])
    problems.extend(_missing(adapter, values))
    check(dict.fromkeys(problems))
    return {option.name: values[option.name] for option in declared(adapter)}


def _missing(adapter: type[Adapter], values: Mapping[str, Any]) -> Iterator[str]:
    """A message for each value that the others require, or that does not go with them."""
    for option in declared(adapter):
        required = option.required or (option.required_with and values[option.required_with])
        if required and values[option.name] in (None, ""):
            yield f"option_{option.name} can't be blank"
    secret = values.get("sender_secret")
    fault = secret_fault(values.get("sender_check"), secret) if secret else None
    if fault:
        yield f"option_sender_secret {fault}"


def _strangers(adapter: type[Adapter], given: Mapping[str, Any]) -> Iterator[str]:
    """A message for each name that is no option, with the nearest one that is."""
    known = [option.name for option in declared(adapter)]
    for name in [name for name in given if name not in known][:_SHOWN_STRANGERS]:
        from difflib import get_close_matches  # only a fault needs it, no webhook does

        near = get_close_matches(_PREFIX.sub("", name[:64].lower()), known, 1)
        offer = f": did you mean option_{near[0]}?" if near else ""
        shown = name if name.lower().startswith("option") else f"option_{name}"
        yield f"{shown[:64]} is no option of this integration type{offer}"


def without_former(
    former: type[Adapter], adapter: type[Adapter], given: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """`given` without the options of an integration's `former` type that a client read and sends back as they are
    `stored` (or masked), when the type changes to one that has no such options."""
    known = {option.name for option in declared(adapter)}
    gone = {option.name: option for option in declared(former) if option.name not in known}
    return {name: value for name, value in given.items() if not (name in gone and _same(gone[name], value, stored))}


def _same(option: Option, value: Any, stored: Mapping[str, Any]) -> bool:
    masked = option.secret and value == MASK
    return masked or bool(_cast(option, value)[0] == stored.get(option.name, option.default))


def generic(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that an integration keeps when its type changes, where the new one has them."""
    names = {option.name for option in (*GENERIC_OPTIONS, *SENDER_OPTIONS)}
    return {name: value for name, value in options.items() if name in names}


def _cast(option: Option, value: Any) -> tuple[Any, str | None]:
    """A written value as the option's kind, and a fault when it cannot be."""
    if value is None or (value == "" and (option.kind is not str or option.default is None)):
        return option.default, None
    cast = _CASTS[option.kind](value)
    if cast is None:
        return option.default, f"must be {_NOUNS[option.kind]}"
    return cast, next(_faults(option, cast), None)


def _cast_text(value: Any) -> str | None:
    if isinstance(value, (dict, list)):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cast_flag(value: Any) -> bool | None:
    if not isinstance(value, (str, int)):
        return None
    return True if value in _TRUE else False if value in _FALSE else None


def _cast_integer(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return int(value) if float(value) == int(value) else None
    except (ValueError, OverflowError):
        return None


_CASTS = {str: _cast_text, bool: _cast_flag, int: _cast_integer}


def _faults(option: Option, value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        yield f"is too long (at most {_MAX_TEXT} characters)"
    if option.choices and value not in option.choices:
        yield f"must be one of {', '.join(option.choices)}"
    if option.minimum is not None and value < option.minimum:
        yield f"must be at least {option.minimum}"
    if option.maximum is not None and value > option.maximum:
        yield f"must be at most {option.maximum}"
    fault = option.check(value) if option.check else None
    if fault:
        yield fault


def options_schema(adapter: type[Adapter]) -> dict[str, Any]:
    """JSON Schema (2020-12) of an integration type's options, by their bare names."""
    properties = {option.name: _property(option) for option in declared(adapter)}
    required = [option.name for option in declared(adapter) if option.required]
    return {"type": "object", "properties": properties, "required": required}


def _property(option: Option) -> dict[str, Any]:
    kind = _TYPES[option.kind]
    schema: dict[str, Any] = {"type": kind if option.default is not None else [kind, "null"]}
    schema |= {"description": option.help, "default": option.default}
    if option.choices:
        schema["enum"] = list(option.choices)
    if option.format:
        schema["format"] = option.format
    if option.secret:
        schema["writeOnly"] = True
    bounds = {"minimum": option.minimum, "maximum": option.maximum}
    return schema | {name: bound for name, bound in bounds.items() if bound is not None}
