"""The request of a sender, as adapters read it: any bytes, any content type, and reading never raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from chalicelib.adapters.kit.charsets import decode_text
from chalicelib.adapters.kit.documents import parse_json, walk
from chalicelib.adapters.kit.forms import multipart_fields, nest, urlencoded_fields
from chalicelib.adapters.kit.mime import parameter

Json = Any

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Request:
    """One webhook. Header names are lower case; `url`, with its query, and `body` are exactly what was sent: some sign
    them.

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
    def text(self) -> str:
        """The body as text; what is no valid text of its charset becomes U+FFFD."""
        return decode_text(self.body, parameter(self.headers.get("content-type"), "charset"))

    @cached_property
    def json(self) -> Json:
        """The body parsed as JSON, whatever its content type says; None when it is no JSON."""
        return parse_json(self.text)

    @cached_property
    def form(self) -> dict[str, Json]:
        """The body's form fields (urlencoded or multipart), nested as Rails nests them; {} for other types."""
        if self.content_type == "application/x-www-form-urlencoded":
            return nest(urlencoded_fields(self.text))
        if self.content_type == "multipart/form-data":
            return nest(multipart_fields(self.headers["content-type"], self.body))
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
