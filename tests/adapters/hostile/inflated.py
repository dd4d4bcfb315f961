"""The types' own examples grown to a megabyte: what each adapter reads is there, and far more of it than it expects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from chalicelib.adapters import load_examples
from tests.adapters.hostile.html import PIECES
from tests.adapters.hostile.inputs import MIB, Hostile

Json = Any
_FORM = "application/x-www-form-urlencoded"
HTML_TYPES = ("azure_monitor", "cloudflare", "dynatrace", "freshdesk", "kapacitor")
"""Types that read HTML out of JSON."""

FILLINGS = {
    "letters": "x",
    "white space": " \n",
    "line breaks": "a\n",
    "commas": "a,",
    "angles": "<",
    "links": "<https://example.com|a> ",
    "addresses": "a@",
    "colons and dots": "1:2.",
    "brackets": "[(",
    "digits": "9",
    "zeros": "\x00",
}


def document_of(slug: str) -> Json:
    """The body of a type's first example as a document; {} where it is no such thing."""
    request = load_examples(slug)["create"]["request"]
    if "json" in request or "form" in request:
        return request.get("json", request.get("form"))
    try:
        return json.loads(request.get("body", ""))
    except ValueError:
        return {}


def content_type_of(slug: str) -> str:
    return _FORM if "form" in load_examples(slug)["create"]["request"] else "application/json"


def _body(slug: str, document: Json) -> bytes:
    if content_type_of(slug) == _FORM:
        return urlencode(document).encode()[:MIB]
    return json.dumps(document).encode()


def _rewritten(value: Json, leaf: Callable[[Json], Json]) -> Json:
    if isinstance(value, dict):
        return {key: _rewritten(child, leaf) for key, child in value.items()}
    if isinstance(value, list):
        return [_rewritten(child, leaf) for child in value]
    return leaf(value)


def _longer(filling: str, begin: str = "") -> Callable[[str], bytes]:
    """Every text followed by `begin` and so much of the filling that the body comes to a megabyte."""

    def make(slug: str) -> bytes:
        document = document_of(slug)
        texts: list[str] = []
        _rewritten(document, lambda leaf: texts.append(leaf) if isinstance(leaf, str) else None)
        room = MIB // max(len(texts), 1) // max(len(json.dumps(filling)) - 2, 1)
        added = begin + filling * max(room - 10 - len(begin) // len(filling), 0)
        return _body(slug, _rewritten(document, lambda leaf: leaf + added if isinstance(leaf, str) else leaf))[:MIB]

    return make


def _more(slug: str) -> bytes:
    """Every list grown, and lists where there were none."""
    document = document_of(slug)
    times = max(MIB // max(len(json.dumps(document)), 1) // 4, 1)
    grown = _lists_grown(document, times)
    return _body(slug, grown if len(json.dumps(grown)) < MIB else document)


def _lists_grown(value: Json, times: int) -> Json:
    if isinstance(value, dict):
        return {key: _lists_grown(child, times) for key, child in value.items()}
    return value * times if isinstance(value, list) else value


def _everywhere(leaf: Json) -> Callable[[str], bytes]:
    return lambda slug: _body(slug, _rewritten(document_of(slug), lambda _: leaf))


def _nested(depth: int) -> Json:
    value: Json = "x"
    for _ in range(depth):
        value = {"a": [value]}
    return value


INFLATED = (
    *(Hostile(f"inflated: {name}", _longer(filling), few=True) for name, filling in FILLINGS.items()),
    *(Hostile(f"inflated HTML: {name}", _longer(*PIECES[name][:2]), slugs=HTML_TYPES, few=True) for name in PIECES),
    Hostile("inflated: lists", _more, few=True),
    Hostile("inflated: nesting of 180 levels everywhere", _everywhere(_nested(90))),
    Hostile("inflated: integers of 100 bits everywhere", _everywhere(2**100)),
    Hostile("inflated: nothing everywhere", _everywhere(None)),
)
