"""The front door's function reads what API Gateway gives it as it was sent, and answers whatever comes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Reply
from chalicelib.adapters.kit.options import defaults
from chalicelib.adapters.kit.request import Request
from chalicelib.errors import Unavailable
from chalicelib.intake import gateway
from dev.local import front_door

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST = {"Host": "hooks.example.com", "X-Forwarded-Proto": "https"}


def event(method: str = "POST", target: str = "/integration/int_x", body: bytes = b"", **headers: str) -> Any:
    return front_door.event(method, target, HOST | {n.replace("_", "-"): v for n, v in headers.items()}, body)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Request]]:
    """What reaches the door."""
    requests: list[tuple[str, Request]] = []

    def receive(identifier: str, request: Request, now: datetime) -> tuple[Reply, int]:
        requests.append((identifier, request))
        return Reply(200), 0

    monkeypatch.setattr(gateway, "receive", receive)
    return requests


def test_the_url_and_its_query_are_those_that_were_sent() -> None:
    query = "b=2&a=%41%20b+c&a=&flag&%C3%BC=%E4"
    request = gateway.read_request(event(target=f"/integration/int_x?{query}"))
    assert request.url == f"https://hooks.example.com/integration/int_x?{query}"
    assert request.query == {"b": ["2"], "a": ["A b c", ""], "flag": [""], "ü": ["\ufffd"]}
    assert [name for name, _ in parse_qsl(query, keep_blank_values=True)] == ["b", "a", "a", "flag", "ü"]


@pytest.mark.parametrize(
    "query", ["?foo=1", "?bar=a+b", "?bar=a%20b", "?x", "?t=a@b.c", "?q=:,;~!*'()", "?a=%2f&a=%2F", ""]
)
def test_a_url_that_its_sender_signed_passes_the_check_letter_by_letter(query: str) -> None:
    fields = {"MessageSid": "SM1", "From": "+15005550009", "Body": "b"}
    signature = RequestValidator("12345").compute_signature(
        f"https://hooks.example.com/integration/int_x{query}", fields
    )
    kind = "application/x-www-form-urlencoded"
    headers = {"Content_Type": kind, "X_Twilio_Signature": signature}
    sent = event(target=f"/integration/int_x{query}", body=urlencode(fields).encode(), **headers)
    adapter = adapters.load("twilio_incoming_sms")
    checked = adapter({**defaults(adapter), "auth_token": "12345"})
    assert not checked.blocked(gateway.read_request(sent))
    other = event(target=f"/integration/int_y{query}", body=urlencode(fields).encode(), **headers)
    assert checked.blocked(gateway.read_request(other))


def test_header_names_are_lower_case_and_the_sender_has_an_address() -> None:
    request = gateway.read_request(event(X_Sent_By="Me"))
    assert request.headers["x-sent-by"] == "Me"
    assert request.remote_ip == "127.0.0.1"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "x/y", ""])
@pytest.mark.parametrize("body", [b"", "Größe 🚀".encode(), b"a=b&c=%00", b"{}\r\n"])
def test_a_body_of_any_type_arrives_byte_by_byte(kind: str, body: bytes) -> None:
    assert gateway.read_request(event(body=body, Content_Type=kind)).body == body


def test_bytes_that_are_no_text_arrive_unless_their_type_says_that_they_are_text() -> None:
    """API Gateway itself reads JSON, XML and text as UTF-8: what is none is lost there, and only there."""
    body = b"\x00\xff\xfe\x80"
    for kind in ("application/octet-stream", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert gateway.read_request(event(body=body, Content_Type=kind)).body == body
    assert gateway.read_request(event(body=body, Content_Type="text/plain")).body == "\x00\ufffd\ufffd\ufffd".encode()


def test_a_body_of_a_mebibyte_in_base64_arrives(taken: list[tuple[str, Request]]) -> None:
    body = os.urandom(1024 * 1024)
    assert gateway.answer(event(body=body), NOW)["statusCode"] == 200
    assert taken[0][1].body == body


@pytest.mark.parametrize(
    "path", ["/integration/int_x", "/integration/int_x/", "//integration//int_x", "/int_x", "/integration/int_x?a=1"]
)
def test_the_id_is_found_with_and_without_the_mount_and_between_slashes_too_many(
    path: str, taken: list[tuple[str, Request]]
) -> None:
    assert gateway.answer(event(target=path), NOW)["statusCode"] == 200
    ((identifier, request),) = taken
    assert identifier == "int_x"
    assert request.url.partition("?")[0].replace("//", "/").startswith("https:/hooks.example.com/integration/int_x")


@pytest.mark.parametrize(
    "path", ["/", "/integration", "/integration/", "/integration/a/b", "/integration/a/form/c", ""]
)
def test_any_other_path_is_404_in_the_common_shape(path: str, taken: list[tuple[str, Request]]) -> None:
    answer = gateway.answer(event(target=path), NOW)
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"]) == {"errors": [{"message": "not found"}], "code": 404}
    assert taken == []


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD", "BREW", ""])
def test_any_other_method_is_405_and_says_which_may_be(method: str, taken: list[tuple[str, Request]]) -> None:
    answer = gateway.answer(event(method), NOW)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, POST, PUT")
    assert gateway.answer(event(method, "/integration/x/form"), NOW)["headers"]["Allow"] == "GET, POST"
    assert taken == []


def test_a_browser_may_ask_and_send_from_anywhere(taken: list[tuple[str, Request]]) -> None:
    asked = gateway.answer(event("OPTIONS"), NOW)
    assert asked["statusCode"] == 204
    assert asked["headers"]["Access-Control-Allow-Methods"] == "GET, POST, PUT, OPTIONS"
    for answer in (asked, gateway.answer(event(), NOW), gateway.answer(event(target="/integration"), NOW)):
        assert answer["headers"]["Access-Control-Allow-Origin"] == "*"


def test_what_a_check_needs_and_does_not_get_is_503_and_a_fault_of_ours_500_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(error: Exception) -> Any:
        def receive(*_: Any) -> Any:
            raise error

        monkeypatch.setattr(gateway, "receive", receive)
        return gateway.answer(event(), NOW)

    unavailable = fail(Unavailable("the certificate could not be fetched"))
    assert unavailable["statusCode"] == 503
    assert json.loads(unavailable["body"])["errors"] == [{"message": "the certificate could not be fetched"}]
    broken = fail(RuntimeError("s3cret"))
    assert broken["statusCode"] == 500
    assert "s3cret" not in broken["body"]


@pytest.mark.parametrize("given", [{}, {"rawPath": None}, {"rawPath": "/integration/x", "requestContext": None}])
def test_an_event_of_another_shape_is_answered_too(given: dict[str, Any]) -> None:
    assert gateway.answer(given, NOW)["statusCode"] == 500


def test_base64_is_read_as_the_event_says() -> None:
    given = {
        **event(body=b"x", Content_Type="x/y"),
        "body": base64.b64encode(b"\xff").decode(),
        "isBase64Encoded": True,
    }
    assert gateway.read_request(given).body == b"\xff"


def test_the_function_of_the_front_door_loads_nothing_that_only_others_need() -> None:
    code = "import app, json, sys; print(json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "_HANDLER": "app.ingress"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, check=True)  # fmt: skip
    loaded = set(json.loads(run.stdout))
    assert "chalicelib.intake.gateway" in loaded
    rooms = ("chalicelib.api", "chalicelib.handling", "chalicelib.routing", "chalicelib.adapters.tools", "pydantic")
    assert [name for name in loaded if name.startswith(rooms)] == []
