"""The packaged stack on the emulator: deployed as on AWS, plus what the emulator leaves out of an API's definition."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from chalicelib.handling import accounts
from dev import account, deploy
from dev.e2e import emulator

STAGE = "e2e"


def up(out: Path) -> dict[str, str]:
    """Deploy the package in `out`; answers the stack's outputs, with the emulator's URLs of the API and the front
    door as `Base` and `Door`."""
    template = json.loads((out / "sam.json").read_text())
    _leave_out_computed_alarms(template)
    _allow_batches(template)
    (out / "sam.json").write_text(json.dumps(template))
    outputs = change(out)
    _carry_over_gateway_responses(outputs["RestAPIId"])
    endpoint = boto3.client("sts").meta.endpoint_url
    base = f"{endpoint}/restapis/{outputs['RestAPIId']}/live/_user_request_"
    return {**outputs, "Base": base, "Door": f"{endpoint}/_aws/execute-api/{outputs['IngressApiId']}"}


def change(out: Path, **parameters: str) -> dict[str, str]:
    """Deploy the package in `out` with some of its settings; answers the stack's outputs."""
    return deploy.deploy(_deployer(), STAGE, out, parameters, say=lambda text: None, pause=0.2)


@cache
def _deployer() -> Any:
    """A session of somebody who may do what docs/examples/deployer-policy.json allows, and no more."""
    people = boto3.client("iam")
    people.create_user(UserName="deployer")
    policy = (emulator.ROOT / "docs" / "examples" / "deployer-policy.json").read_text()
    people.put_user_policy(UserName="deployer", PolicyName="deployer", PolicyDocument=policy)
    key = people.create_access_key(UserName="deployer")["AccessKey"]
    return boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=emulator.REGION)


def _leave_out_computed_alarms(template: dict[str, Any]) -> None:
    """The emulator's CloudFormation refuses alarms on expressions, such as a share of failed calls."""
    template["Resources"] = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] != "AWS::CloudWatch::Alarm" or "Metrics" not in resource["Properties"]
    }


def _allow_batches(template: dict[str, Any]) -> None:
    """On AWS the right to send a message is the right to send ten; the emulator's IAM has an action for that."""
    for resource in template["Resources"].values():
        for policy in resource.get("Properties", {}).get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement.get("Action") == "sqs:SendMessage":
                    statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]


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
    """Make an account with one admin, as an operator does after deploying; answers its API token."""
    os.environ |= {variable: outputs[output] for variable, output in account.TABLES.items()}
    return accounts.create_account("End to end", "Ada Admin", "ada@example.com", datetime.now(UTC)).token
