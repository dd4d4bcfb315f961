"""What an operator does with accounts: `signalbox account`, `signalbox token`, `signalbox tokens`, `signalbox revoke`.

`--stage` finds the tables by the CloudFormation stack of that stage, with the credentials of the AWS command line.
Without it they come from the environment, as the functions get them: CONFIGURATION_TABLE, COUNTERS_TABLE and
LOGS_TABLE.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import ids
from chalicelib.errors import SignalboxError
from chalicelib.handling.accounts import create_account, create_token, list_tokens, revoke_token
from chalicelib.storage import clients, configuration
from dev import deploy
from dev.stack import Stack, StackError

TABLES = {
    "CONFIGURATION_TABLE": "ConfigurationTable",
    "COUNTERS_TABLE": "CountersTable",
    "LOGS_TABLE": "LogsTable",
}
_TOKEN = re.compile(r"[!-~]{16,200}")


class Refused(Exception):
    """The command cannot be done; the text says why."""


def use_stage(stage: str) -> None:
    """Point storage to the tables of a deployed stage. Raises Refused, StackError."""
    aws = deploy.session()
    outputs = Stack(aws.client("cloudformation"), f"signalbox-{stage}", print, 0).outputs()
    if not all(outputs.get(output) for output in TABLES.values()):
        raise Refused(
            f"there is no stack signalbox-{stage} in {aws.region_name}: run `make deploy STAGE={stage}` first"
        )
    os.environ.update({variable: outputs[output] for variable, output in TABLES.items()})
    os.environ["AWS_DEFAULT_REGION"] = aws.region_name


def use_environment() -> None:
    """Check that the environment names the tables. Raises Refused."""
    missing = [variable for variable in TABLES if not os.environ.get(variable)]
    if missing:
        raise Refused(f"say which deployment with --stage, or set {', '.join(missing)}")


def create(given: argparse.Namespace) -> str:
    """Make an account, its first admin and a token; answers what to print."""
    made = create_account(given.name, given.user, given.email, datetime.now(UTC), given.token)
    return _shown(made.account["id"], made.user["prefix_id"], made.token)


def token(given: argparse.Namespace) -> str:
    """Make another token of an account user; answers what to print. Raises Refused."""
    account_id, user_key = _account_id(given.account), ids.key_of(ids.ACCOUNT_USER, given.user)
    user = configuration.read(account_id, user_key) if user_key else None
    if user is None:
        raise Refused(f"account {given.account} has no user {given.user}")
    made = create_token(user, given.name, datetime.now(UTC), given.token, given.expires)
    return _shown(account_id, user["prefix_id"], made)


def tokens(given: argparse.Namespace) -> str:
    """The API tokens of an account, one a line: id, user, made, last used, expiry, name. Raises Refused."""
    account_id = _account_id(given.account)
    rows = [("id", "user", "made", "last used", "expires", "name")]
    for found in list_tokens(account_id):
        times = [str(found[name] or "never")[:19] for name in ("created_at", "last_used_at", "expires_at")]
        user_key = ids.prefix_id(ids.ACCOUNT_USER, found["account_user_id"])
        rows.append((found["prefix_id"], user_key, times[0], times[1], times[2], found["name"]))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join([*map(str.ljust, row, widths), row[5]]) for row in rows]
    return "\n".join(lines)


def revoke(given: argparse.Namespace) -> str:
    """Revoke an API token. Raises Refused, NotFound."""
    found = revoke_token(_account_id(given.account), given.id, datetime.now(UTC))
    return f"{found['prefix_id']} ({found['name']}) is revoked: it works nowhere from now on."


def _shown(account_id: str, user_key: str, made: str) -> str:
    lines = [f"Account:   {account_id} ({ids.prefix_id(ids.ACCOUNT, account_id)})", f"User:      {user_key}"]
    return "\n".join([*lines, f"API token: {made}", "Keep the token now: only its hash is stored."])


def _account_id(identifier: str) -> str:
    """The ULID of an account given in either form. Raises Refused."""
    if ids.is_ulid(identifier):
        return identifier
    arguments = {
        "TableName": clients.name(configuration.TABLE),
        "FilterExpression": "sk = :key AND begins_with(sk, :model)",
        "ExpressionAttributeValues": {":key": {"S": identifier}, ":model": {"S": f"{ids.ACCOUNT}_"}},
    }
    for found in clients.dynamodb().get_paginator("scan").paginate(**arguments).search("Items[]"):
        return str(found["pk"]["S"])
    raise Refused(f"there is no account {identifier}")


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise argparse.ArgumentTypeError("must be 16 to 200 letters, digits or punctuation marks, without spaces")
    return text


def _parser(command: str, about: str) -> argparse.ArgumentParser:
    where = f"Without --stage, {', '.join(TABLES)} in the environment name the tables."
    parser = argparse.ArgumentParser(prog=f"signalbox {command}", description=about, epilog=where)
    parser.add_argument("--stage", help="the deployment on AWS, such as prod")
    return parser


def _require(parser: argparse.ArgumentParser, **fields: str) -> None:
    for name, text in fields.items():
        parser.add_argument(f"--{name}", required=True, help=text)


def _take_secret(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--token", type=_token, help="the API token, at least 16 characters; a random one is safer")


def create_main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser("account", "Make an account, its first admin and an API token.")
    _take_secret(parser)
    for name, prompt in (("name", "Name of the account"), ("user", "Your name"), ("email", "Your e-mail address")):
        parser.add_argument(f"--{name}", help=f"{prompt.lower()}; asked for when it is missing")
        parser.set_defaults(**{f"ask_{name}": prompt})
    return _run(parser.parse_args(arguments), create)


def token_main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser("token", "Make another API token of a user. It is shown this once; only its hash is stored.")
    _take_secret(parser)
    _require(parser, account="id of the account", user="id of the user", name="what the token is for")
    parser.add_argument("--expires", help="when it is refused from, in ISO 8601: 2027-01-31T00:00:00Z; never without")
    return _run(parser.parse_args(arguments), token)


def tokens_main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser("tokens", "List the API tokens of an account: whose, when used last, until when.")
    _require(parser, account="id of the account")
    return _run(parser.parse_args(arguments), tokens)


def revoke_main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser("revoke", "Revoke an API token: it works nowhere from then on.")
    _require(parser, account="id of the account", id="id of the token, as `signalbox tokens` shows it")
    return _run(parser.parse_args(arguments), revoke)


def _ask(given: argparse.Namespace) -> None:
    """Ask at the terminal for what was not given. Raises Refused where there is none."""
    for field, prompt in list(vars(given).items()):
        name = field.removeprefix("ask_")
        if field != name and not getattr(given, name):
            if not sys.stdin.isatty():
                raise Refused(f"--{name} is required")
            setattr(given, name, input(f"{prompt}: ").strip())


def _run(given: argparse.Namespace, make: Callable[[argparse.Namespace], str]) -> int:
    try:
        _ask(given)
        use_stage(given.stage) if given.stage else use_environment()
        print(make(given))
    except SignalboxError as error:
        print("\n".join(error.messages), file=sys.stderr)
    except (Refused, StackError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("stopped; nothing was made", file=sys.stderr)
    else:
        return 0
    return 1
