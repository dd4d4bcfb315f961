"""What requests are damaged with: words that look like real ones, documents made of them, holes in examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

from hypothesis import strategies as st

from chalicelib import adapters

_MOST_LESS = 200
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "message/rfc822",
    "text/plain; charset=nonsense",
    "",
)


def vocabulary(slugs: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The keys and short texts of the types' examples, and the names of their headers: what makes an arbitrary request
    look like a real one."""
    requests = [case["request"] for slug in slugs for case in adapters.load_examples(slug).values()]
    names = {name.lower() for request in requests for name in request.get("headers", {})}
    return sorted({word for request in requests for word in _words(request)}), sorted(names | {"authorization"})


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from _words(child)
    elif isinstance(value, list):
        for child in value:
            yield from _words(child)
    elif isinstance(value, str) and len(value) < 40:
        yield value


def documents(words: list[str]) -> st.SearchStrategy[Any]:
    """JSON documents, many of whose keys and values are among the words."""
    word = st.sampled_from(words)
    scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), word)
    nested = st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.one_of(word, st.text(max_size=5)), inner)
        ),
        max_leaves=12,
    )
    return st.one_of(nested, st.dictionaries(word, nested, max_size=8))


_INFINITE = "1e999"
_ODDITIES: tuple[Any, ...] = (
    None,
    "",
    "  ",
    "\ud800",
    "\x00",
    "https://[",
    _INFINITE,
    0,
    -1,
    10**30,
    True,
    False,
    1.5,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"a": {"b": [1, "x", None]}},
)


def _mutated(value: Any, random: Random) -> Any:
    """The value with one thing in it, at a place found by a walk from the root, dropped or replaced by an oddity."""
    inner = _parsed(value)
    if inner is not None:
        return json.dumps(_mutated(inner, random))
    if not value or not isinstance(value, (dict, list)) or random.random() < 0.1:
        return random.choice(_ODDITIES)
    key = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
    copy = value.copy()
    if random.random() < 0.15:
        del copy[key]
    else:
        copy[key] = _mutated(value[key], random)
    return copy


def _parsed(value: Any) -> Any:
    """The document inside a text of JSON, such as SNS sends; None for anything else."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if isinstance(found, (dict, list)) else None


def damaged(request: dict[str, Any], random: Random) -> dict[str, Any]:
    """The request of an example with a few things in it dropped or replaced, or with its body cut."""
    kind = next((kind for kind in ("json", "form", "body") if kind in request), None)
    if kind is None or random.random() < 0.1:
        return {name: value for name, value in request.items() if name != "headers"}
    value = request[kind]
    if kind == "body" and _parsed(value) is None:
        start = random.randrange(len(value) + 1)
        return request | {"body": value[:start] + value[start + random.randrange(1, 40) :]}
    if kind == "form":
        form = {name: text for name, text in value.items() if random.random() > 0.1}
        return request | {"form": form | {random.choice(list(value)): random.choice(("", " ", "{", "[]", "\x00", "é"))}}
    value = _parsed(value) if kind == "body" else value
    for _ in range(random.randint(1, 3)):
        value = _mutated(value, random)
    source = json.dumps(value).replace(json.dumps(_INFINITE), _INFINITE)
    base = {name: given for name, given in request.items() if name != kind}
    return base | {"body": source, "headers": {"content-type": "application/json"} | request.get("headers", {})}


def lacking(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The request of an example without one of its fields, for each of them, at most 200 in all."""
    kind = next((kind for kind in ("json", "form", "query") if kind in request), None)
    if kind:
        yield from ({**request, kind: less} for less in islice(_less(request[kind]), _MOST_LESS))


def _less(value: Any) -> Iterator[Any]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(children):
        copy = value.copy()
        del copy[key]
        yield copy
        for inner in _less(child):
            other = value.copy()
            other[key] = inner
            yield other
