"""The front door is an API of its own, so that a flood there costs the API neither its throttle nor its functions."""

from __future__ import annotations

from typing import Any

from chalicelib.intake import gateway
from dev.local import front_door
from tests.infrastructure.conftest import Resources, of_type


def test_it_hands_every_request_to_the_ingress_function_as_it_was_sent(resources: Resources) -> None:
    integration = resources["IngressIntegration"]["Properties"]
    assert integration["IntegrationUri"] == {"Fn::GetAtt": ["Ingress", "Arn"]}
    assert integration["PayloadFormatVersion"] == "2.0"
    (route,) = of_type(resources, "AWS::ApiGatewayV2::Route").values()
    assert route["RouteKey"] == "$default"
    permission = resources["IngressPermission"]["Properties"]
    assert (permission["FunctionName"], permission["Principal"]) == ({"Ref": "Ingress"}, "apigateway.amazonaws.com")
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${IngressApi}/*")


def test_its_stage_and_the_mapping_of_a_domain_are_named_as_paths_begin(resources: Resources) -> None:
    stage = resources["IngressStage"]["Properties"]["StageName"]
    key = resources["IngressMapping"]["Properties"]["ApiMappingKey"]
    assert f"/{stage}" == f"/{key}" == gateway.MOUNT == front_door.MOUNT


def test_one_domain_leads_to_both_apis(resources: Resources) -> None:
    mappings = of_type(resources, "AWS::ApiGatewayV2::ApiMapping").values()
    assert {m["ApiId"]["Ref"]: m.get("ApiMappingKey") for m in mappings} == {
        "IngressApi": "integration",
        "RestAPI": None,
    }
    assert all(m["DomainName"] == {"Ref": "Domain"} for m in mappings)


def test_the_api_takes_no_webhooks(resources: Resources) -> None:
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    assert paths
    assert [path for path in paths if path.startswith(gateway.MOUNT)] == []


def test_the_two_are_throttled_apart(resources: Resources) -> None:
    settings = resources["IngressStage"]["Properties"]["DefaultRouteSettings"]
    assert settings == {
        "ThrottlingRateLimit": {"Ref": "WebhooksPerSecond"},
        "ThrottlingBurstLimit": {"Ref": "WebhookBurst"},
    }
    (api,) = resources["RestAPI"]["Properties"]["MethodSettings"]
    assert api["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}


def test_the_api_tells_where_webhooks_go_and_the_ingress_function_depends_on_neither(
    template: dict[str, Any], resources: Resources
) -> None:
    """A circle would be refused: the HTTP API needs its function, and the API's function the HTTP API."""
    variables = resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["INGRESS_URL"] == template["Outputs"]["IngressURL"]["Value"]
    assert "IngressApi" not in str(resources["Ingress"]) + str(template["Globals"])


def test_the_random_urls_can_be_closed_once_there_is_a_domain(template: dict[str, Any], resources: Resources) -> None:
    closes = {"Fn::If": ["ClosesDefaultEndpoints", True, False]}
    assert resources["IngressApi"]["Properties"]["DisableExecuteApiEndpoint"] == closes
    assert resources["RestAPI"]["Properties"]["DisableExecuteApiEndpoint"] == closes
    assert resources["RestAPI"]["Properties"]["Variables"] == {"default_endpoints": {"Ref": "DefaultEndpoints"}}
    assert {"Condition": "HasDomain"} in template["Conditions"]["ClosesDefaultEndpoints"]["Fn::And"]
    assert template["Parameters"]["DefaultEndpoints"]["Default"] == "open"
