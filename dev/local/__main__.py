"""`signalbox run`: the whole service on 127.0.0.1, with an account to try it. Ctrl-C stops it."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dev.local import lines, reload
from dev.local.address import HOST, listen, url_of
from dev.local.stop import Stop

if TYPE_CHECKING:
    from dev.local.serve import Service

DEFAULT_PORT = "8000"
DEFAULT_TOKEN = "local-dev-token"


def banner(service: Service, held: str) -> str:
    """What a developer needs to know about the running service; `held` says how long it keeps what it holds."""
    from dev.local import aws

    event = json.dumps({"event_type": "create", "Id": "disk-1", "Title": "The disk of db-1 is full"})
    keys = " ".join(f"{name}={value}" for name, value in aws.CREDENTIALS.items())
    return f"""
Signalbox runs on this machine. What it holds {held}.

  Base URL     {service.url}
  API token    {service.token}
  Integration  {service.example_url}
  API docs     {service.url}/docs
  AWS (moto)   {service.aws_url}

Make an alert:
  curl {service.example_url} -H 'Content-Type: application/json' -d '{event}'

List the alerts:
  curl {service.url}/api/v4/alerts -H 'Authorization: Bearer {service.token}'

Look at its AWS:
  {keys} aws --endpoint-url {service.aws_url} sqs list-queues

Stop it with Ctrl-C.
"""


def _parser() -> argparse.ArgumentParser:
    environment = os.environ
    parser = argparse.ArgumentParser(
        prog="signalbox run",
        description="Run the whole service on this machine, with moto in the place of AWS and an account to try it.",
        epilog="Each option can be set in the environment too, by the name in brackets.",
    )
    parser.add_argument(
        "--port", type=_port, default=environment.get("PORT") or DEFAULT_PORT,
        help=f"where it listens on {HOST}; 0 takes any free port (default: {DEFAULT_PORT}) [PORT]",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", default=_path(environment.get("DATA")),
        help="keep tables, queues and objects in this folder, so that they survive a restart [DATA]",
    )  # fmt: skip
    parser.add_argument(
        "--reload", action="store_true", default=environment.get("RELOAD", "") not in ("", "0"),
        help="start anew, with the same data, when code of chalicelib or of an own adapter changes [RELOAD]",
    )  # fmt: skip
    parser.add_argument(
        "--token", default=environment.get("SIGNALBOX_LOCAL_TOKEN") or DEFAULT_TOKEN,
        help=f"the API token (default: {DEFAULT_TOKEN}) [SIGNALBOX_LOCAL_TOKEN]",
    )  # fmt: skip
    # Of the process that reloads: its sockets and a pipe that ends with it; not the first start; a folder of its own.
    parser.add_argument("--inherited", type=_numbers, default=[], help=argparse.SUPPRESS)
    for name in ("--again", "--temporary"):
        parser.add_argument(name, action="store_true", help=argparse.SUPPRESS)
    return parser


def _path(given: str | None) -> Path | None:
    return Path(given) if given else None


def _numbers(given: str) -> list[int]:
    return [int(number) for number in given.split(",")]


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit()) or int(given) > 65535:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 65535, not {given!r}")
    return int(given)


def _listeners(port: int) -> list[socket.socket]:
    """For the service and for its AWS. Raises SystemExit when the port is taken."""
    try:
        return [listen(port), listen(0)]
    except OSError as error:
        hint = ": another server uses this port; choose one as in PORT=8001" if error.errno == errno.EADDRINUSE else ""
        print(f"Cannot listen on {HOST}:{port}: {os.strerror(error.errno or 0)}{hint}", file=sys.stderr)
        raise SystemExit(reload.REFUSED) from error


def _serve(given: argparse.Namespace, stop: Stop) -> int:
    """Serve until a signal comes, or until the process that reloads is gone."""
    http, moto = [socket.socket(fileno=number) for number in given.inherited[:2]] or _listeners(given.port)
    if not given.again:
        lines.say(f"Starting Signalbox on {url_of(http)} ...")
    from dev.local import data, serve  # after the first line: they take a second

    def announce(service: Service) -> None:
        kept = given.data and not given.temporary
        if not given.again:
            lines.say(banner(service, f"is kept in {given.data}" if kept else "is gone when it stops"))

    try:
        with serve.running(serve.Setting(given.token, given.data, lines.say, announce), http, moto):
            lines.say("Ready.")
            stop.wait(others=given.inherited[2:])
    except data.Unusable as error:
        print(error, file=sys.stderr)
        return reload.REFUSED
    if given.temporary and reload.is_gone(given.inherited[2]):
        shutil.rmtree(given.data, ignore_errors=True)
    return 0


def _supervise(given: argparse.Namespace, stop: Stop) -> int:
    """Let a process serve that is replaced when code changes; without a folder, on one that lasts as long as this."""
    try:
        watch = reload.Watch(reload.code())
    except LookupError as error:
        print(error, file=sys.stderr)
        return reload.REFUSED
    sockets = _listeners(given.port)
    with tempfile.TemporaryDirectory(prefix="signalbox-") as own:
        kept = ["--data", str(given.data)] if given.data else ["--data", own, "--temporary"]
        options = ["--token", given.token, *kept]
        return reload.supervise(options, [each.fileno() for each in sockets], watch, stop, lines.say)


def main(arguments: Sequence[str] | None = None) -> int:
    stop = Stop()
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S")
    return _supervise(given, stop) if given.reload and not given.inherited else _serve(given, stop)
