"""Turns an Alertmanager configuration into a router's rules, on standard output; the notes go to standard error.

python -m dev.import_alertmanager alertmanager.yml --team "Database=tem_..." --team "Web=tem_..."
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chalicelib.routing.importers.alertmanager import ConversionError, convert


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.import_alertmanager", description="Import Alertmanager's routes.")
    parser.add_argument("config", type=Path, help="alertmanager.yml")
    parser.add_argument("--team", action="append", default=[], metavar="RECEIVER=tem_...", help="who stands for whom")
    options = parser.parse_args(arguments)
    teams = dict(pair.rsplit("=", 1) for pair in options.team if "=" in pair)
    try:
        converted = convert(options.config.read_text(encoding="utf-8"), teams.get)
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
