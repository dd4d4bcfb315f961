"""AWS on this machine: moto, with the tables, queues and bucket of infrastructure/resources.yaml."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

from dev.local import mends

RESOURCES = Path(__file__).parents[2] / "infrastructure" / "resources.yaml"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}

OUTPUTS = {
    "CONFIGURATION_TABLE": "ConfigurationTable",
    "ALERTS_TABLE": "AlertsTable",
    "LOGS_TABLE": "LogsTable",
    "TIMERS_TABLE": "TimersTable",
    "COUNTERS_TABLE": "CountersTable",
    "WEBHOOKS_QUEUE_URL": "WebhooksQueueUrl",
    "WEBHOOKS_DEAD_LETTERS_URL": "WebhooksDeadLettersUrl",
    "RETRIES_QUEUE_URL": "RetriesQueueUrl",
    "TASKS_QUEUE_URL": "TasksQueueUrl",
    "TASKS_DEAD_LETTERS_URL": "TasksDeadLettersUrl",
    "REQUESTS_BUCKET": "RequestsBucket",
}
"""Which output of the stack each environment variable of the functions holds."""


def deploy_resources(stage: str = "local") -> dict[str, str]:
    """Create the resources as CloudFormation would; answers the environment that the functions are given."""
    import boto3

    _quiet()
    cloudformation = boto3.client("cloudformation")
    name = f"signalbox-{stage}"
    parameters = [{"ParameterKey": "Stage", "ParameterValue": stage}]
    cloudformation.create_stack(StackName=name, TemplateBody=RESOURCES.read_text(), Parameters=parameters)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return {variable: outputs[output] for variable, output in OUTPUTS.items()} | {"SIGNALBOX_STAGE": stage}


def start_server() -> tuple[Any, str]:
    """Start moto's server on 127.0.0.1 and point this process's AWS clients at it; answers (server, URL)."""
    from moto.server import ThreadedMotoServer

    _quiet()
    mends.apply()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    _point_to(url)
    return server, url


def queue(url: str) -> Any:
    """moto's queue behind a queue URL, in this process."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.sqs.models import sqs_backends

    return sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[url.rpartition("/")[2]]


def _quiet() -> None:
    """Say nothing of each request, nor of the bucket and queue policies, which moto leaves out."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=".*not supported by moto's CloudFormation", category=UserWarning)
    logging.getLogger("moto").setLevel(logging.ERROR)


def _point_to(url: str) -> None:
    """Make sure that nothing of the developer's own AWS settings or proxies is used: no call leaves the machine."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    os.environ.update(CREDENTIALS | nowhere, AWS_ENDPOINT_URL=url, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
