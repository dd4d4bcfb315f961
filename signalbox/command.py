"""The `signalbox` command: one name for what a developer, a deployer and an operator run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module, metadata
from typing import NamedTuple


class Command(NamedTuple):
    """Where a command is and what it does. Its function takes arguments and answers the exit code."""

    place: str
    summary: str


COMMANDS: Mapping[str, Command] = {
    "run": Command("dev.local.__main__:main", "run the whole service on this machine"),
    "demo": Command("dev.demo:main", "show the main job: a webhook becomes an alert, is routed, and resolves"),
    "route": Command("dev.route:main", "explain what rules do with an alert"),
    "import": Command("dev.import_rules:main", "turn another tool's configuration into a router's rules"),
    "package": Command("dev.package:main", "package the service for AWS"),
    "deploy": Command("dev.deploy:main", "package the service and deploy it to AWS"),
    "account": Command("dev.account:create_main", "make an account with its first admin and an API token"),
    "token": Command("dev.account:token_main", "make another API token of a user"),
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
    module, _, function = COMMANDS[given.command].place.partition(":")
    run: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
    try:
        return run(given.arguments)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
