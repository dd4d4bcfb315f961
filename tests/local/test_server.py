"""The local HTTP server: what the deployed API takes, it takes; what is refused, is refused in the same shape."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from dev.local.body import LARGEST_BODY
from tests.local.conftest import TOKEN, Answer, Service, until

LENIENT = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_refused(answer: Answer, status: int) -> None:
    """The error shape, with CORS headers for browsers."""
    assert answer.status == status
    assert answer.json["code"] == status
    assert answer.json["errors"][0]["message"]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", "image/png", "x", ";;", ""]
)
@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe\x80", b"{", "{'ü'}".encode("latin-1"), b"a=1&b[]=2"])
def test_an_integration_takes_any_bytes_of_any_type(service: Service, content_type: str, body: bytes) -> None:
    assert service.http("POST", _anything(service), body, Content_Type=content_type).status == 200


def _anything(service: Service) -> str:
    if not hasattr(service, "endpoint"):
        service.endpoint = service.integration()
    return service.endpoint


def test_a_webhook_becomes_an_alert(service: Service) -> None:
    body = json.dumps({"event_type": "create", "Id": "whole", "Title": "Whole way"})
    assert service.http("POST", _anything(service), body, Content_Type="application/json").status == 200
    until(lambda: "Whole way" in service.titles())


@pytest.mark.parametrize("path", ["/nope", "/integration", "/api/v4/alerts/x/y/z", "*", "/%2Fapi/v4/alerts", "/;"])
def test_an_unknown_path_is_404(service: Service, path: str) -> None:
    answer = service.http("GET", path, token="ünknown token")
    assert_refused(answer, 404)
    assert answer.json == {"errors": [{"message": "not found"}], "code": 404}


def test_an_unknown_integration_is_404(service: Service) -> None:
    assert service.http("POST", "/integration/int_00000000000000").status == 404


def test_another_method_is_405(service: Service) -> None:
    answer = service.http("DELETE", "/api/v4/alerts", token=TOKEN)
    assert_refused(answer, 405)
    assert answer.headers["allow"] == "GET, POST"


def test_a_method_that_is_none_is_501(service: Service) -> None:
    assert_refused(service.http("BREW", "/api/v4/alerts"), 501)


def test_a_call_without_token_is_401(service: Service) -> None:
    assert_refused(service.http("GET", "/api/v4/alerts"), 401)


@pytest.mark.parametrize("path", ["/api/v4/alerts", "/api/v4/alerts/x/resolve", "/integration/x", "/docs"])
def test_options_needs_no_token(service: Service, path: str) -> None:
    answer = service.http("OPTIONS", path)
    assert answer.status in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert "OPTIONS" in answer.headers["access-control-allow-methods"]


def test_head_has_no_body(service: Service) -> None:
    assert service.http("HEAD", "/api/v4/health").body == b""


@pytest.mark.parametrize("path", ["/api/v4/teams/", "//api/v4/teams", "/api//v4///teams//", "/api/v4/teams/?limit=1"])
def test_slashes_too_many_make_no_difference(service: Service, path: str) -> None:
    assert service.http("GET", path, token=TOKEN).json["data"]


def test_an_id_may_be_percent_encoded(service: Service) -> None:
    team = service.team("Encoded")
    path = "".join(f"%{ord(letter):02x}" for letter in team["prefix_id"])
    assert service.api("GET", f"/teams/{path}")["name"] == "Encoded"


def test_a_chunked_body_is_put_together(service: Service) -> None:
    body = json.dumps({"event_type": "create", "Id": "chunks", "Title": "In chunks"}).encode()
    parts = iter([body[:1], body[1:20], body[20:]])
    answer = service.http("POST", _anything(service), parts, Content_Type="application/json")
    assert answer.status == 200
    until(lambda: "In chunks" in service.titles())


def test_a_body_over_a_mebibyte_is_413(service: Service) -> None:
    assert_refused(service.http("POST", _anything(service), b"x" * (2**20 + 1)), 413)


def test_a_body_over_the_gateways_limit_is_413(service: Service) -> None:
    assert_refused(service.http("POST", _anything(service), b"x" * (LARGEST_BODY + 1)), 413)
    assert_refused(service.http("POST", _anything(service), (b"x" * 2**20 for _ in range(11))), 413)


def test_a_body_announced_too_large_is_refused_before_it_comes(service: Service) -> None:
    request = b"POST /integration/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    assert service.raw(request).startswith(b"HTTP/1.1 413 ")


def test_too_many_requests_are_429_and_say_when_to_retry(service: Service) -> None:
    path = service.integration(option_rate_limit=2)
    answers = [service.http("POST", path, b"{}") for _ in range(6)]  # the minute may turn once
    (refused, *_) = [answer for answer in answers if answer.status == 429]
    assert 0 < int(refused.headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: x",
        b"Content-Length: -1",
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 9",  # and none come
        b"Content-Length: " + b"9" * 5000,
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n",
    ],
)
def test_a_body_without_clear_end_is_400(service: Service, headers: bytes) -> None:
    answer = service.raw(b"POST /integration/x HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == 400


def test_headers_cannot_be_injected(service: Service) -> None:
    request = (
        b"GET /api/v4/teams/%0d%0aX-Evil:%20yes HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\nAuthorization: Bearer \xff\r\n"
    )
    answer = service.raw(request + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"Evil" not in answer


@given(some.binary(max_size=300), some.sampled_from([b"", b"GET ", b"POST /integration/", b"GET / HTTP/1.1\r\n"]))
@LENIENT
def test_no_bytes_at_all_break_the_server(service: Service, content: bytes, start: bytes) -> None:
    answer = service.raw(start + content)
    assert not answer.startswith(b"HTTP/1.1 500 ")
    assert service.http("GET", "/api/v4/health").status == 200


def test_a_silent_client_does_not_hold_up_others(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as silent:
        silent.sendall(b"POST /integration/x HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
        assert service.http("GET", "/api/v4/health").status == 200


def test_requests_at_the_same_time_do_not_mix(service: Service) -> None:
    teams = [service.team(f"Team {number}") for number in range(20)]

    def ask(number: int) -> list[object]:
        found: list[object] = []
        for _ in range(5):
            token, path = (TOKEN, teams[number]["id"]) if number % 3 else (f"wrong-{number}", teams[number]["id"])
            answer = service.http("GET", f"/api/v4/teams/{path}", token=token)
            found.append(answer.json.get("name", answer.status))
        return found

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(ask, range(20)))
    assert found == [[f"Team {number}" if number % 3 else 401] * 5 for number in range(20)]


def test_requests_at_the_same_time_are_counted_once_each(service: Service) -> None:
    path = service.integration(option_rate_limit=100)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: service.http("POST", path, b"{}").status, range(100)))
    assert answers == [200] * 100


def test_lines_show_no_credential(service: Service) -> None:
    endpoint = _anything(service)
    service.http("POST", f"{endpoint}?token=topsecret", b"{}", token="headersecret")
    until(lambda: f"200 POST {endpoint} " in service.printed)
    assert "secret" not in service.printed
    assert TOKEN not in service.printed.partition("Ready.")[2]


def test_a_browser_is_led_to_the_docs(service: Service) -> None:
    answer = service.http("GET", "/")
    assert (answer.status, answer.headers["location"]) == (302, "/docs")
    assert service.http("GET", "/favicon.ico").status == 204
