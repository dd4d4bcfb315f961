"""Turns another tool's configuration into a router's rules: `signalbox import FORMAT FILE`.

The rules go to standard output, what there is to say about them to standard error. A further format is a module of
chalicelib/routing/importers with `convert`, and a line in FORMATS.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.routing.importers import alertmanager
from chalicelib.routing.importers.alertmanager import ConversionError

FORMATS = {
    "alertmanager": (alertmanager.convert, "the routes, receivers and time intervals of an alertmanager.yml"),
}


def _team(given: str) -> tuple[str, str]:
    receiver, equals, team = given.rpartition("=")
    if not (equals and receiver and team):
        raise argparse.ArgumentTypeError(f"must be RECEIVER=tem_..., not {given!r}")
    return receiver, team


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="signalbox import", description="Turn another tool's configuration into a router's rules."
    )
    formats = parser.add_subparsers(required=True, metavar="FORMAT")
    for name, (convert, summary) in FORMATS.items():
        of_format = formats.add_parser(name, help=summary, description=f"Import {summary}.")
        of_format.set_defaults(convert=convert)
        of_format.add_argument("file", type=Path, help="the configuration")
        of_format.add_argument(
            "--team", type=_team, action="append", default=[], metavar="RECEIVER=tem_...",
            help="the team that stands for a receiver; as often as there are receivers",
        )  # fmt: skip
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        converted = given.convert(given.file.read_text(encoding="utf-8"), dict(given.team))
    except (OSError, UnicodeDecodeError, ConversionError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(converted.rules, end="")
    print(f"default receiver: {converted.default_receiver or 'none: choose one'}", file=sys.stderr)
    for note in converted.notes:
        print(f"note: {note}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
