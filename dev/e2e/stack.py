"""The packaged stack on the emulator: deployed as on AWS, plus what the emulator leaves out of an API's definition."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from dev import deploy

STAGE = "e2e"


def up(out: Path) -> dict[str, str]:
    """Deploy the package in `out`; answers the stack's outputs, with `Base` as the emulator's URL of the API."""
    aws = deploy.session()
    outputs = deploy.deploy(aws, STAGE, out, {}, say=lambda text: None, pause=0.2)
    _carry_over_gateway_responses(outputs["RestAPIId"])
    endpoint = aws.client("sts").meta.endpoint_url
    return {**outputs, "Base": f"{endpoint}/restapis/{outputs['RestAPIId']}/live/_user_request_"}


def _carry_over_gateway_responses(api: str) -> None:
    """AWS takes the gateway responses with the rest of the definition; the emulator has to be told one by one."""
    body = _definition()
    gateway = boto3.client("apigateway")
    for kind, response in body["x-amazon-apigateway-gateway-responses"].items():
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            statusCode=str(response["statusCode"]),
            responseParameters=response["responseParameters"],
            responseTemplates=response["responseTemplates"],
        )
    gateway.create_deployment(restApiId=api, stageName="live")


def _definition() -> dict[str, Any]:
    """The REST API's definition in the template that the stack was made from, SAM expanded."""
    formation = boto3.client("cloudformation")
    processed = formation.get_template(StackName=f"signalbox-{STAGE}", TemplateStage="Processed")["TemplateBody"]
    template = json.loads(processed) if isinstance(processed, str) else processed
    body: dict[str, Any] = template["Resources"]["RestAPI"]["Properties"]["Body"]
    return body


def function(logical_id: str) -> str:
    """The name of a function of the stack."""
    found = boto3.client("cloudformation").describe_stack_resource(
        StackName=f"signalbox-{STAGE}", LogicalResourceId=logical_id
    )
    name: str = found["StackResourceDetail"]["PhysicalResourceId"]
    return name


def create_account(outputs: Mapping[str, str]) -> str:
    """Make an account with one admin; answers its API token."""
    os.environ["CONFIGURATION_TABLE"] = outputs["ConfigurationTable"]
    os.environ["COUNTERS_TABLE"] = outputs["CountersTable"]
    import secrets
    from datetime import UTC, datetime

    from chalicelib import ids
    from chalicelib.storage import configuration

    now = datetime.now(UTC)
    new = ids.UlidFactory().new
    account, user, token = new(now), new(now), secrets.token_hex(16)
    stamp = {
        "account_id": account,
        "created_at": now.isoformat(),
        "updated_at": now.isoformat(),
        "meta": {},
        "version": 1,
        "tiny_id": 1,
    }
    configuration.create(
        {
            **stamp,
            "id": user,
            "prefix_id": ids.prefix_id("usr", user),
            "notification_rule_id": None,
            "roles": {"admin": True, "billing": False, "broadcaster": False, "communicator": False},
            "user": {
                "id": new(now),
                "name": "E2E",
                "time_zone": "Etc/UTC",
                "emails": [{"id": new(now), "email": "a@example.com", "primary": True}],
                "phones": [],
            },
        }
    )
    key = new(now)
    configuration.put_token(
        token, {**stamp, "id": key, "prefix_id": ids.prefix_id("api", key), "account_user": ids.prefix_id("usr", user)}
    )
    return token
