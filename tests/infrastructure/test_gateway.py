"""The front door: every error in the API's shape, any bytes taken, a rate that is bounded."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from dev import template as source
from tests.infrastructure.conftest import Resources

RESPONSES = source.read_folder()["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
EVERY_KIND = {
    *("ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE"),
    *("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN"),
    *("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE"),
    *("MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED"),
    *("UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
}


@pytest.fixture(scope="session")
def api(resources: Resources) -> dict[str, Any]:
    found: dict[str, Any] = resources["RestAPI"]["Properties"]
    return found


def test_every_error_of_api_gateway_is_covered() -> None:
    assert set(RESPONSES) == EVERY_KIND


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_an_error_of_api_gateway_has_the_apis_shape(kind: str) -> None:
    response = RESPONSES[kind]
    body = json.loads(response["ResponseTemplates"]["application/json"])
    assert body == {"errors": [{"message": body["errors"][0]["message"]}], "code": response["StatusCode"]}
    assert body["errors"][0]["message"]


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_a_browser_may_read_an_error_of_api_gateway(kind: str) -> None:
    headers = RESPONSES[kind]["ResponseParameters"]["Headers"]
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    assert headers["Access-Control-Allow-Headers"] == "'Authorization,Content-Type,Accept'"


def test_a_throttled_caller_learns_when_to_come_back() -> None:
    assert RESPONSES["THROTTLED"]["ResponseParameters"]["Headers"]["Retry-After"] == "'1'"


@pytest.mark.parametrize("kind", ["MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "DEFAULT_4XX"])
def test_a_path_that_is_not_there_is_404_with_and_without_a_token(kind: str) -> None:
    assert RESPONSES[kind]["StatusCode"] == 404


def test_every_body_reaches_the_function_as_bytes(api: dict[str, Any]) -> None:
    assert api["DefinitionBody"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_the_api_is_throttled(api: dict[str, Any]) -> None:
    (setting,) = api["MethodSettings"]
    assert (setting["ResourcePath"], setting["HttpMethod"]) == ("/*", "*")
    assert setting["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}


def test_the_api_is_regional_and_has_one_stage(api: dict[str, Any]) -> None:
    assert (api["EndpointConfiguration"], api["StageName"], api["OpenApiVersion"]) == ("REGIONAL", "live", "2.0")


def test_a_path_variable_has_one_name_at_its_place(api: dict[str, Any]) -> None:
    """API Gateway refuses /alerts/{id} beside /alerts/{alert_id}/comments; neither Chalice nor cfn-lint says so."""
    names: dict[str, set[str]] = {}
    for path in api["DefinitionBody"]["paths"]:
        for variable in re.finditer(r"\{(\w+)\}", path):
            place = re.sub(r"\{\w+\}", "{}", path[: variable.start()])
            names.setdefault(place, set()).add(variable.group(1))
    assert names
    assert {place: found for place, found in names.items() if len(found) > 1} == {}


def test_api_gateway_takes_so_many_paths(api: dict[str, Any]) -> None:
    """Its quota is 300 resources per API, and every step of a path is one."""
    steps = {
        "/".join(path.split("/")[:depth])
        for path in api["DefinitionBody"]["paths"]
        for depth in range(1, path.count("/") + 2)
    }
    assert len(steps) < 300
