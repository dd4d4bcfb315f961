"""Shows what a rules file would do with an alert: `signalbox route RULES ALERT [--now 2026-01-31T09:00:00Z]`.

RULES is a YAML file as a router has it; ALERT a JSON file with an alert, or {"alert": {...}, "log": {...}}.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.routing.preview import preview_rules


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="signalbox route", description="Explain how rules route an alert.")
    parser.add_argument("rules", type=Path, help="YAML file with a router's rules")
    parser.add_argument("alert", type=Path, help="JSON file with an alert, or with alert and log")
    parser.add_argument("--now", type=_time, default=None, help="ISO 8601 time to route at (default: now)")
    options = parser.parse_args(arguments)
    try:
        rules = options.rules.read_text(encoding="utf-8")
        alert, log = _alert_and_log(json.loads(options.alert.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    preview = preview_rules(rules, alert, log, options.now or datetime.now(UTC))
    print("\n".join(_lines(preview)))
    return 1 if preview["errors"] else 0


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _alert_and_log(value: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
    if not isinstance(value, dict):
        raise ValueError("the alert file must hold a JSON object")
    alert, log = (value["alert"], value.get("log")) if isinstance(value.get("alert"), dict) else (value, None)
    if log is not None and not isinstance(log, dict):
        raise ValueError("log must be a JSON object or null")
    return alert, log


def _lines(preview: dict[str, Any]) -> list[str]:
    if preview["errors"]:
        return ["The rules cannot be used:", *(f"  {error}" for error in preview["errors"])]
    lines = [line for entry in preview["explanation"] for line in _rule_lines(entry)]
    lines += [f"  warning: {warning}" for warning in preview["warnings"]]
    if preview["matched"] is None:
        return [*lines, "No rule matched: the default receiver gets the alert."]
    return [*lines, *_outcome_lines(preview)]


def _rule_lines(entry: dict[str, Any]) -> list[str]:
    if entry["matched"]:
        return [f"rule {entry['rule']}: matched", *(f"  {json.dumps(action)}" for action in entry["actions"])]
    failed = entry["failed"]
    if not failed:
        return [f"rule {entry['rule']}: no match"]
    actual = json.dumps(failed.get("actual"), default=str)
    expected = json.dumps(failed.get("expected"), default=str)
    return [
        f"rule {entry['rule']}: no match, {failed.get('path')} {failed.get('operator')} {expected} but was {actual}"
    ]


def _outcome_lines(preview: dict[str, Any]) -> list[str]:
    shown = {name: preview["alert"].get(name) for name in ("title", "urgency", "tags") if name in preview["alert"]}
    lines = [f"alert: {json.dumps(shown, ensure_ascii=False)}"]
    if preview["suppressed"]:
        lines.append("suppressed: nobody gets the alert")
    elif preview["receivers"]:
        delays = itertools.groupby(preview["delays"], key=lambda entry: entry["delay_ms"])
        lines += [_receivers_line(delay_ms, [entry["receiver"] for entry in told]) for delay_ms, told in delays]
    else:
        lines.append("The rule names no receiver: the default receiver gets the alert.")
    if preview["aggregate"]:
        by, seconds = ", ".join(preview["aggregate"]["by"]), preview["aggregate"]["timeout_ms"] / 1000
        lines.append(f"grouped by {by}: equal alerts of the next {seconds:g} s become children of the first")
    if preview["stakeholders"]:
        lines.append(f"stakeholders: {', '.join(preview['stakeholders'])}")
    return lines


def _receivers_line(delay_ms: int, receivers: list[str]) -> str:
    after = f" after {delay_ms / 1000:g} s" if delay_ms else ""
    return f"receivers{after}: {', '.join(receivers)}"


if __name__ == "__main__":
    sys.exit(main())
