"""Takes the secrets out of a request before it is stored or shown: whatever an integration checks senders by.

Secret are the headers and parameters that senders carry secrets in, and the values of secret options wherever they
turn up. Work is linear in the size of the request. Nothing here raises.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus, urlencode

from chalicelib.adapters.kit.adapter import Adapter
from chalicelib.adapters.kit.forms import urlencoded_fields
from chalicelib.adapters.kit.options import declared
from chalicelib.adapters.kit.request import Request
from chalicelib.encoding import encode, rewritten

Json = Any

MASK = "[redacted]"
_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_SHORTEST = 4  # shorter values turn up everywhere by chance
_MOST_VALUES = 4  # of secret parameters; a sender with more is not one of ours
_GAP = "\U0010ffff"  # stands in for the mask while others are searched for: Unicode promises never to use it


def masked(adapter: type[Adapter], request: Request, options: Mapping[str, Any]) -> Request:
    """The request without its secrets, fit to be stored and processed again by an adapter that need not check it.

    `options` are the integration's, by bare name. A body that carries a secret parameter is written anew; one that
    can be neither read as JSON nor as a form then becomes the mask.
    """
    names = frozenset(name.lower() for name in adapter.SECRET_PARAMS)
    secrets = _secrets(adapter, request, options, names)
    hidden = (*_HEADERS, *adapter.SECRET_HEADERS)
    return replace(
        request,
        url=_hide(_masked_url(request.url, names), secrets),
        headers={name: MASK if name in hidden else _hide(value, secrets) for name, value in request.headers.items()},
        query={
            _hide(name, secrets): [MASK if _head(name) in names else _hide(value, secrets) for value in values]
            for name, values in request.query.items()
        },
        body=_hidden_body(_masked_body(request, names), secrets),
    )


def shown(adapter: type[Adapter], request: Request, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a log shows of a request, without its secrets, ready for JSON.

    {"url", "method", "headers" (CGI names such as HTTP_USER_AGENT), "params" (query and body merged), "body" (text),
    "remote_ip"}.
    """
    names = frozenset(name.lower() for name in adapter.SECRET_PARAMS)
    secrets = _secrets(adapter, request, options, names)
    described = describe(masked(adapter, request, options))
    params = {name: MASK if name.lower() in names else value for name, value in described["params"].items()}
    return described | {"params": _hide_all(params, secrets), "body": _hide(described["body"], secrets)}


def describe(request: Request) -> dict[str, Any]:
    """What a log shows of a request that is without secrets already."""
    return {
        "url": request.url,
        "method": request.method,
        "headers": {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()},
        "params": dict(request.params),
        "body": request.text,
        "remote_ip": request.remote_ip,
    }


def _secrets(adapter: type[Adapter], request: Request, options: Mapping[str, Any], names: frozenset[str]) -> list[str]:
    """The values to hide, longest first, each as it is and as it is written in JSON and in URLs."""
    values = [options.get(option.name) for option in declared(adapter) if option.secret]
    for name, value in request.params.items() if names else ():
        if name.lower() in names:
            values += _texts(value)
    found = [value for value in values if isinstance(value, str) and len(value) >= _SHORTEST and value != MASK]
    spellings = {spelling for value in found for spelling in _spellings(value)}
    return sorted(spellings, key=lambda spelling: (-len(spelling), spelling))


def _texts(value: Json) -> list[str]:
    """The texts in a value, breadth first; the first few."""
    level: list[Json] = [value]
    found: list[str] = []
    while level and len(found) < _MOST_VALUES:
        found += [item for item in level if isinstance(item, str)]
        nested = [item for item in level if isinstance(item, (dict, list))]
        level = [child for item in nested for child in (item.values() if isinstance(item, dict) else item)]
    return found[:_MOST_VALUES]


def _spellings(value: str) -> tuple[str, ...]:
    clean = value.encode("utf-8", "replace").decode()
    escaped = (json.dumps(clean)[1:-1], json.dumps(clean, ensure_ascii=False)[1:-1])
    return (clean, *escaped, quote(clean, safe=""), quote_plus(clean))


def _hide(source: str, secrets: Iterable[str]) -> str:
    clean = source.encode("utf-8", "replace").decode()
    for secret in secrets:
        clean = clean.replace(secret, _GAP)
    return clean.replace(_GAP, MASK)


def _hidden_body(body: bytes, secrets: list[str]) -> bytes:
    """Like `_hide`, in bytes of any encoding: Latin-1 gives every byte a character of its own."""
    source = body.decode("latin-1")
    for secret in secrets:
        source = source.replace(secret.encode().decode("latin-1"), _GAP)
    if _GAP not in source:
        return body
    hidden = source.replace(_GAP, MASK).encode("latin-1")
    sent = Request(body=body).json
    if sent is None or Request(body=hidden).json is not None:
        return hidden
    return encode(_hide_all(sent, secrets))  # the secret turned up in a number, and the mask does not fit there


def _hide_all(value: Json, secrets: list[str]) -> Json:
    """Every text in a value hidden, keys included."""
    return rewritten(value, lambda leaf: _hidden_leaf(leaf, secrets))


def _hidden_leaf(value: Json, secrets: list[str]) -> Json:
    if isinstance(value, str):
        return _hide(value, secrets)
    if isinstance(value, float) and not isfinite(value):
        return None
    whole = isinstance(value, int) and not isinstance(value, bool)
    return MASK if whole and str(value) in secrets else value


def _head(name: str) -> str:
    """The parameter that a form field belongs to: ``token`` of ``token[a]``."""
    return name.partition("[")[0].lower()


def _masked_url(url: str, names: frozenset[str]) -> str:
    """The URL with the values of secret parameters masked; its path stays."""
    path, mark, query = url.partition("?")
    fields = (field.partition("=") for field in query.split("&"))
    kept = (f"{name}={MASK}" if _head(unquote_plus(name)) in names else name + sign + v for name, sign, v in fields)
    return path + mark + "&".join(kept)


def _masked_body(request: Request, names: frozenset[str]) -> bytes:
    """The body as it came, or written anew when it carries a secret parameter."""
    sent = replace(request, query={}).params if names else {}
    if not any(_head(name) in names and value != MASK for name, value in sent.items()):
        return request.body
    if request.text.lstrip().startswith("{"):
        kept = {name: MASK if name.lower() in names else value for name, value in sent.items()}
        return encode(kept)
    if request.content_type != "application/x-www-form-urlencoded":
        return MASK.encode()
    fields = urlencoded_fields(request.text)
    return urlencode([(name, MASK if _head(name) in names else value) for name, value in fields]).encode()
