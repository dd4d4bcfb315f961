"""The request of a sender, as adapters read it: any bytes, any content type, and reading never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Json = Any

_MAX_FIELDS = 10_000
_MAX_DEPTH = 32
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SEGMENT = re.compile(r"\[([^\[\]]*)\]")
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Request:
    """One webhook. Header names are lower case; `body` is exactly what was sent.

    `id` is the ULID given on receipt: unique per request and the same at every retry. `existing` is the live alert
    with this request's thirdparty_id, offered only to adapters that set `needs_existing`.
    """

    method: str = "POST"
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: bytes = b""
    remote_ip: str = ""
    id: str = ""
    received_at: datetime = _EPOCH
    existing: Mapping[str, Json] | None = None

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())

    def get(self, path: str, default: Json = None) -> Json:
        """The value at a dotted path of `params`, such as ``alerts.0.labels.severity``; `default` if missing."""
        return walk(self.params, path, default)

    @cached_property
    def content_type(self) -> str:
        """The media type alone, lower case: ``application/json``."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def charset(self) -> str:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        charset = message.get_param("charset", "utf-8")
        try:
            "".encode(str(charset))
        except (LookupError, ValueError):
            return "utf-8"
        return str(charset)

    @cached_property
    def text(self) -> str:
        """The body as text; what is no valid text of its charset becomes U+FFFD."""
        try:
            return _whole(self.body.decode(self.charset, "replace"))
        except (LookupError, ValueError, UnicodeError):
            return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Json:
        """The body parsed as JSON, whatever its content type says; None when it is no JSON."""
        return parse_json(self.text)

    @cached_property
    def form(self) -> dict[str, Json]:
        """The body's form fields (urlencoded or multipart), nested as Rails nests them; {} for other types."""
        if self.content_type == "application/x-www-form-urlencoded":
            return nest(_pairs(self.text))
        if self.content_type == "multipart/form-data":
            return nest(_multipart(self.headers["content-type"], self.body))
        return {}

    @cached_property
    def params(self) -> dict[str, Json]:
        """Query and body in one map; the body wins. A JSON array arrives under ``_json``."""
        query = nest((name, value) for name, values in self.query.items() for value in values)
        return {**query, **self._body_params}

    @property
    def _body_params(self) -> dict[str, Json]:
        # Many senders (and everyone's first curl) post JSON under a form's or no content type.
        if self.content_type != "multipart/form-data" and self.text.lstrip()[:1] in ("{", "["):
            if isinstance(self.json, dict):
                return self.json
            if isinstance(self.json, list):
                return {"_json": self.json}
        return self.form


def parse_json(source: str) -> Json:
    """JSON, or None for anything else. NaN and infinities, which are no JSON, are read as null."""
    try:
        value = json.loads(source.lstrip("\ufeff"), parse_constant=lambda _: None)
        return _whole_in(value) if _SURROGATE_ESCAPE.search(source) else value
    except (ValueError, RecursionError):
        return None


def _whole(text: str) -> str:
    """The text with halves of surrogate pairs, which no UTF-8 can hold, as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _whole_in(value: Json) -> Json:
    if isinstance(value, dict):
        return {_whole(name): _whole_in(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_whole_in(child) for child in value]
    return _whole(value) if isinstance(value, str) else value


def walk(value: Json, path: str, default: Json = None) -> Json:
    """Follow a dotted path through maps and lists; `default` where it leads nowhere."""
    for segment in path.split("."):
        if isinstance(value, dict):
            if segment not in value:
                return default
            value = value[segment]
        elif isinstance(value, list) and segment.isdecimal() and len(segment) < 7 and int(segment) < len(value):
            value = value[int(segment)]
        else:
            return default
    return value


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """Form fields as Rails nests them: ``a[b]=1``, ``a[]=1&a[]=2``, ``a[][b]=1``. Never raises: a field that
    contradicts an earlier one, or is nested deeper than 32, stays a plain key; a plain repeat: the last wins."""
    result: dict[str, Json] = {}
    for name, value in pairs:
        head, bracket, _ = name.partition("[")
        segments = _SEGMENT.findall(name[len(head) :]) if bracket else []
        well_formed = bracket and head + "".join(f"[{s}]" for s in segments) == name and len(segments) <= _MAX_DEPTH
        if not (well_formed and _place(result, [head, *segments], value)):
            result[name] = value
    return result


def _place(target: dict[str, Json], segments: list[str], value: str) -> bool:
    """Put a value at a nested place; False when something of another kind stands in its way."""
    head, *rest = segments
    if not rest:
        target[head] = value
        return True
    if rest[0] != "":
        child = target.setdefault(head, {})
        return isinstance(child, dict) and _place(child, rest, value)
    children = target.setdefault(head, [])
    if not isinstance(children, list):
        return False
    if len(rest) == 1:
        children.append(value)
        return True
    if not children or not isinstance(children[-1], dict) or (len(rest) == 2 and rest[1] in children[-1]):
        children.append({})
    return _place(children[-1], rest[1:], value)


def _pairs(source: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(source, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return []


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The text fields of a multipart form; files are named, not read."""
    head = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(head + body)
        parts = message.get_payload() if message.is_multipart() else []
        return [field for part in parts if isinstance(part, Message) for field in _field(part)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _field(part: Message) -> list[tuple[str, str]]:
    name = part.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        return []
    filename = part.get_filename()
    payload = part.get_payload(decode=True)
    content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return [(name, filename if filename is not None else content)]
