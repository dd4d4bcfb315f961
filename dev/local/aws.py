"""AWS on this machine: moto, with the tables, queues and bucket of infrastructure/resources.yaml."""

from __future__ import annotations

import logging
import os
import socket
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dev import project
from dev.local import mends
from dev.local.address import url_of

RESOURCES = project.path("infrastructure") / "resources.yaml"
REGION = "us-east-1"
ACCOUNT = "123456789012"
STAGE = "local"
_SECONDS_TO_STOP = 0.1
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


def deploy_resources(stage: str = STAGE) -> dict[str, str]:
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


@contextmanager
def served(listener: socket.socket) -> Iterator[str]:
    """moto's server on a socket that listens, with this process's AWS clients pointed at it; gives its URL."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    _quiet()
    mends.apply()
    host, port = listener.getsockname()
    application: Any = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        host, port, application, threaded=True, request_handler=MotoRequestHandler, fd=listener.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, args=(_SECONDS_TO_STOP,), daemon=True)
    thread.start()
    url = url_of(listener)
    _point_to(url)
    try:
        yield url
    finally:
        server.shutdown()


def tables() -> Mapping[str, Any]:
    """moto's tables in this process, by name."""
    from moto.dynamodb.models import dynamodb_backends

    tables: Mapping[str, Any] = dynamodb_backends[ACCOUNT][REGION].tables
    return tables


def queues() -> Mapping[str, Any]:
    """moto's queues in this process, by name: what follows the last slash of a queue's URL."""
    from moto.sqs.models import sqs_backends

    queues: Mapping[str, Any] = sqs_backends[ACCOUNT][REGION].queues
    return queues


def buckets() -> Iterable[Any]:
    """moto's buckets in this process."""
    from moto.s3.models import s3_backends

    return s3_backends[ACCOUNT]["aws"].buckets.values()


def put_object(bucket: str, name: str, content: bytes) -> None:
    from moto.s3.models import s3_backends

    s3_backends[ACCOUNT]["aws"].put_object(bucket, name, content)


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
