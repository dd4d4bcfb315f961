"""API Gateway on this machine: Chalice's local one, with bodies, paths and errors as on the deployed API."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice import local
from chalice.config import Config

from dev import project
from dev.local import front_door

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Authorization,Content-Type,Accept"}


@dataclass(frozen=True)
class Answer:
    """What goes back to the client."""

    status: int
    headers: Mapping[str, str | list[str]]
    body: bytes


def refusal(status: int, message: str) -> Answer:
    """An answer of the gateway itself, in the API's error shape."""
    body = json.dumps({"errors": [{"message": message}], "code": status}).encode()
    return Answer(status, {"Content-Type": "application/json", **CORS}, body)


_FOR_BROWSERS = {"/": Answer(302, {"Location": "/docs"}, b""), "/favicon.ico": Answer(204, {}, b"")}
"""What a person's browser asks for on this machine, and the deployed API has not."""


class Routes(local.RouteMatcher):
    """The routes of the app. Slashes at the end or doubled make no difference; arguments are percent-decoded."""

    def match_route(self, url: str) -> local.MatchResult:
        """Raises ValueError for an unknown path."""
        path, _, query = url.partition("?")
        parts = [part for part in path.split("/") if part]
        for route in self.route_urls:
            names = [name for name in route.split("/") if name]
            pairs = list(zip(names, parts, strict=False))
            if len(names) == len(parts) and all(name[0] == "{" or name == part for name, part in pairs):
                captured = {name[1:-1]: unquote(part) for name, part in pairs if name[0] == "{"}
                return local.MatchResult(route, captured, parse_qs(query, keep_blank_values=True))
        raise ValueError(f"no route for {path}")


class Converter(local.LambdaEventConverter):
    """Makes the event that the function gets: every body is base64, as the deployed API's media types say."""

    def create_lambda_event(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> dict[str, Any]:
        event: dict[str, Any] = super().create_lambda_event(method, path, headers)
        encoded = base64.b64encode(body).decode() if body else None
        return {**event, "body": encoded, "isBase64Encoded": bool(body)}


class Gateway(local.LocalGateway):
    """Calls the app for requests, from any number of threads."""

    def __init__(self, app: Any) -> None:
        # What chalice.local.create_local_server does: the app's current request becomes one per thread.
        local.CustomLocalChalice.__bases__ = (local.LocalChalice, app.__class__)
        app.__class__ = local.CustomLocalChalice
        super().__init__(app, Config.create())
        self.routes = Routes(list(app.routes))
        self.event_converter = Converter(self.routes)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; `target` is its path with the query, `headers` have lower-case names."""
        if target in _FOR_BROWSERS:
            return _FOR_BROWSERS[target]
        if front_door.is_ingress(target.partition("?")[0]):
            return self._ingress(method, target, headers, body)
        try:
            self.routes.match_route(target)
        except ValueError:
            return refusal(404, "not found")
        given = self.handle_request(method, target, dict(headers), body)
        content = given["body"] or b""
        if given.get("isBase64Encoded"):
            content = base64.b64decode(content)
        headers_out = {**given["headers"], **given["multiValueHeaders"]}
        return Answer(given["statusCode"], headers_out, content.encode() if isinstance(content, str) else content)

    def _ingress(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        given = project.application().ingress(front_door.event(method, target, headers, body), None)
        return Answer(given["statusCode"], given["headers"], given["body"].encode())
