"""The `signalbox` command: one name for what a developer, a deployer and an operator run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    """Where a command is and what it does. Its function takes arguments and answers the exit code."""

    place: str
    summary: str


_FOR_TESTS = ("pytest", "hypothesis")
COMMANDS: Mapping[str, Command] = {
    "run": Command("dev.local.__main__:main", "run the whole service on this machine"),
    "demo": Command("dev.demo:main", "show the main job: a webhook becomes an alert, is routed, and resolves"),
    "route": Command("dev.route:main", "explain what rules do with an alert"),
    "import": Command("dev.import_rules:main", "turn another tool's configuration into a router's rules"),
    "contract": Command("dev.contract.__main__:main", "hold adapters of your own to the contract of all adapters"),
    "package": Command("dev.package:main", "package the service for AWS"),
    "deploy": Command("dev.deploy:main", "package the service and deploy it to AWS"),
    "account": Command("dev.account:create_main", "make an account with its first admin and an API token"),
    "token": Command("dev.account:token_main", "make another API token of a user"),
    "tokens": Command("dev.account:tokens_main", "list the API tokens of an account"),
    "revoke": Command("dev.account:revoke_main", "revoke an API token"),
}


def _version() -> str:
    try:
        return metadata.version("signalbox")
    except metadata.PackageNotFoundError:
        return "of a checkout"


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="signalbox",
        description="Alert integrations that your team owns: webhooks in, deduplicated and routed alerts out.",
        epilog="\n".join(["commands:", *lines, "", "signalbox COMMAND --help tells more of each."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"signalbox {_version()}")
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help="what to do: see below")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="options of the command")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    sys.path.append(str(Path.cwd()))  # where own adapters may be, behind all else that has their names
    try:
        return _function(COMMANDS[given.command])(given.arguments)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _function(command: Command) -> Callable[[Sequence[str]], int]:
    module, _, name = command.place.partition(":")
    try:
        function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name not in _FOR_TESTS:
            raise
        raise SystemExit(f"{error.name} is not installed: pip install 'signalbox[test]' has what tests need") from error
    return function
