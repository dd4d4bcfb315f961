"""Deploys the package to AWS: `signalbox deploy --stage S`, with the credentials of the AWS command line.

The zip goes to a private bucket, the template through a change set of CloudFormation. Running it again updates the
stack; parameters that are not given keep their value.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from dev import package, template
from dev.stack import Say, Stack, StackError

RESERVED = 50
"""Concurrent executions reserved for webhooks where the account has as many to spare."""
SPARE = 200
"""Executions that others of the account must find unreserved for that; AWS itself insists on 100."""
PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def session() -> Any:
    """The AWS session to deploy with. Raises StackError when it has no region or no credentials."""
    found = boto3.session.Session(region_name=os.environ.get("AWS_REGION"))
    if found.region_name is None:
        raise StackError("no AWS region: set AWS_REGION, or a profile that has one in AWS_PROFILE")
    if found.get_credentials() is None:
        raise StackError("no AWS credentials: run `aws configure` or `aws sso login`, or set AWS_PROFILE")
    return found


def deploy(
    aws: Any, stage: str, out: Path, parameters: Mapping[str, str], say: Say = print, pause: float = 3.0
) -> dict[str, str]:
    """Deploy what `package.package` left in `out`; answers the stack's outputs. Raises StackError."""
    url = _upload(aws, _artifacts_bucket(aws), out, say)
    stack = Stack(aws.client("cloudformation"), f"signalbox-{stage}", say, pause)
    declared = template.read_folder()["Parameters"]
    wanted = {"Stage": stage, "DeletionProtection": "on", **parameters}
    if stack.is_new():
        # Protected tables would outlive a creation that fails, and stand in the way of the next: they come first, bare.
        wanted = {"IngressConcurrency": str(_reservation(aws, say)), **wanted}
        stack.deploy(url, {**wanted, "DeletionProtection": "off"}, declared)
    stack.deploy(url, wanted, declared)
    return stack.outputs()


def _reservation(aws: Any, say: Say) -> int:
    """How many concurrent executions to reserve for webhooks: none in an account that has few."""
    limit: int = aws.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    if limit >= RESERVED + SPARE:
        return RESERVED
    say(f"Lambda runs {limit} calls at once in this account: none is reserved for webhooks (see docs/deploying.md)")
    return 0


def _artifacts_bucket(aws: Any) -> str:
    """A private bucket for packages, one per account and region, made when it is missing."""
    account, region = aws.client("sts").get_caller_identity()["Account"], aws.region_name
    name, storage = f"signalbox-artifacts-{account}-{region}", aws.client("s3")
    try:
        storage.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        storage.create_bucket(Bucket=name, **place)
        closed = dict.fromkeys(PUBLIC_ACCESS, True)
        storage.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    return name


def _upload(aws: Any, bucket: str, out: Path, say: Say) -> str:
    """Upload the zip and a template that points to it, both named by content; answers the template's URL."""
    storage = aws.client("s3")
    zipped = (out / "deployment.zip").read_bytes()
    key = f"{hashlib.sha256(zipped).hexdigest()}.zip"
    say(f"Uploading {len(zipped) / 1e6:.1f} MB to s3://{bucket}")
    storage.put_object(Bucket=bucket, Key=key, Body=zipped)
    text = (out / "sam.json").read_text().replace("./deployment.zip", f"s3://{bucket}/{key}").encode()
    name = f"{hashlib.sha256(text).hexdigest()}.json"
    storage.put_object(Bucket=bucket, Key=name, Body=text)
    suffix = "com.cn" if aws.region_name.startswith("cn-") else "com"
    return f"https://s3.{aws.region_name}.amazonaws.{suffix}/{bucket}/{name}"


def next_steps(outputs: Mapping[str, str], given: Mapping[str, str], stage: str) -> str:
    """What to do after a deployment, from its outputs."""
    lines = ["", f"Base URL: {outputs.get('BaseURL')}", f"Health:   curl {outputs.get('BaseURL')}/api/v4/health"]
    lines += [f"Webhooks: {outputs.get('IngressURL')}/integration/<id>", f"Metrics:  {outputs.get('DashboardURL')}"]
    if "DomainTarget" in outputs:
        lines.append(f"DNS:      CNAME {given.get('DomainName', 'your domain')} -> {outputs['DomainTarget']}")
    if "MailServer" in outputs:
        lines.append(f"DNS:      MX {given.get('EmailDomain', 'your e-mail domain')} -> 10 {outputs['MailServer']}")
        lines.append(f"Mail:     aws ses set-active-receipt-rule-set --rule-set-name {outputs['MailRules']}")
    if given.get("AlarmEmail"):
        lines.append(f"Alarms:   confirm the subscription mailed to {given['AlarmEmail']}")
    elif "AlarmTopic" not in outputs:
        lines.append("Alarms:   nobody is told; deploy again with --alarm-email")
    lines.append(f"Account:  make account STAGE={stage}   (prints the API token, once)")
    return "\n".join(lines)


def _flag(name: str) -> str:
    return "--" + "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="signalbox deploy", description="Package the service and deploy it to AWS.")
    parser.add_argument("--stage", required=True, help="name of the deployment, such as prod")
    for name, declared in template.read_folder()["Parameters"].items():
        if name != "Stage":
            about = f"{declared['Description']} (default: {declared['Default']!r})"
            parser.add_argument(_flag(name), dest=name, help=about, choices=declared.get("AllowedValues"))
    return parser.parse_args(given)


def main(arguments: Sequence[str] | None = None) -> int:
    given = vars(_arguments(arguments))
    stage = given.pop("stage")
    parameters = {name: value for name, value in given.items() if value is not None}
    try:
        aws = session()
        outputs = deploy(aws, stage, package.package(stage), parameters)
    except (StackError, package.PackageError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(next_steps(outputs, parameters, stage))
    return 0


if __name__ == "__main__":
    sys.exit(main())
