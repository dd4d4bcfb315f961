"""Says why a request does nothing: what is wrong with its body, or which value was not understood."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.kit.placeholders import is_placeholder
from chalicelib.adapters.kit.reading import Reading, as_sent
from chalicelib.adapters.kit.values import Json, blank, text

if TYPE_CHECKING:
    from chalicelib.adapters.kit.adapter import Adapter

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SHOWN_NAMES = 6
_SHOWN_TEXT = 60


def explanation(adapter: Adapter, request: Reading, looked_up: Mapping[str, Json]) -> str:
    """Why the action is `other`, for the log. `looked_up`: the values by path that `action` asked for.

    The adapter's own `explain` comes first: it says what cannot be seen from the body and the fields."""
    return (
        adapter.explain(request)
        or body_fault(request, expected="_json" if "_json" in looked_up else "object")
        or _fields_told(adapter, request, looked_up)
        or "no rule of this integration type covers the request"
    )


def body_fault(request: Reading, expected: str = "object") -> str | None:
    """What keeps a body from being read as a JSON object or a form, or None. `expected` "_json": lists are fine."""
    source = request.text.lstrip("\ufeff").strip()
    if not source:
        return None if request.params else "the request is empty: it has neither a body nor parameters"
    if request.content_type in _FORMS and not source.startswith(("{", "[")):
        return None if request.form else "the body holds no form fields"
    if isinstance(request.original.json, list):
        return None if expected == "_json" else "the body is a list, an object was expected"
    if isinstance(request.original.json, dict):
        return None
    if source[0] in "{[" or "json" in request.content_type:
        return _json_fault(source)
    return f"the body is neither JSON nor a form: it begins with {_quoted(source[:_SHOWN_TEXT])}"


def _json_fault(source: str) -> str:
    try:
        json.loads(source)
    except json.JSONDecodeError as error:
        return f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
    except (ValueError, RecursionError):
        return "the body is JSON with a number too long or nested too deeply to be read"
    return "the body is JSON but no object" if source[0] not in "{[" else "the body is JSON that is too much to be read"


def _fields_told(adapter: Adapter, request: Reading, looked_up: Mapping[str, Json]) -> str | None:
    told = {path: value for path, value in looked_up.items() if not isinstance(value, (dict, list)) or blank(value)}
    if not told:
        return None
    if all(blank(value) for value in told.values()):
        return _all_missing(request, list(told))
    for path, value in told.items():
        for word, option in adapter.SWITCHES.items():
            if _same(word, value) and not adapter.options[option]:
                return f"{path} is {_quoted(value)}, and the option {option} is off"
        if any(_same(word, value) for word in adapter.ACTIONS):
            return f"{path} is {_quoted(value)}: this type does nothing with that"
    changes = any(isinstance(word, tuple) for word in adapter.ACTIONS)  # of which every part counts
    said = ", ".join(_told(path, value) for path, value in told.items() if changes or not blank(value))
    known = list(_known(adapter))
    return f"{said}: this type knows {_listed(known)}" if known else f"{said}: this type does nothing with that"


def _same(word: Json, value: Json) -> bool:
    return not blank(value) and text(word).lower() == text(value).strip().lower()


def _all_missing(request: Reading, paths: Sequence[str]) -> str:
    unfilled = [
        f"{path} is the placeholder {_quoted(sent)}" for path in paths if is_placeholder(sent := as_sent(request, path))
    ]
    if unfilled:
        return f"{', '.join(unfilled)}, which nobody filled in"
    names = [_cut(name) for name in request.params][:_SHOWN_NAMES]
    more = len(request.params) - len(names)
    there = _listed([*names, *([f"{more} more"] if more > 0 else [])]) if names else "nothing"
    return f"{_listed(paths)} {'is' if len(paths) == 1 else 'are'} missing: the request has {there}"


def _told(path: str, value: Json) -> str:
    return f"{path} is missing" if blank(value) else f"{path} is {_quoted(value)}"


def _known(adapter: Adapter) -> Iterator[str]:
    """The words that the type's tables of actions know."""
    for word in adapter.ACTIONS:
        yield "/".join(map(text, word)) if isinstance(word, tuple) else text(word)
    yield from (text(word) for word in adapter.SWITCHES if word not in adapter.ACTIONS)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _quoted(value: Any) -> str:
    return f"'{_cut(value)}'" if isinstance(value, str) else _cut(text(value))


def _cut(source: str) -> str:
    return source if len(source) <= _SHOWN_TEXT else source[:_SHOWN_TEXT] + "…"
