"""Compares the matcher with sift.js 17.1.3 on random pairs: `python -m dev.sift.compare [pairs] [seed]`.

Needs node, and `npm install --prefix dev/sift` once. Exits with 1 on a disagreement that `explanation` has no reason
for. Deliberate departures are documented where they are made: chalicelib/matching/matcher, queries and ecmascript.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.matching.matcher import ConditionError, compile_condition
from dev.sift.generate import Generator

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Pair = tuple[Any, dict[str, Any]]


def ask_sift(pairs: list[Pair]) -> list[Any]:
    """What sift answers: True, False or "error" for each pair."""
    lines = "\n".join(json.dumps({"query": query, "document": document}) for query, document in pairs)
    command = ["node", str(HERE / "match.mjs")]
    run = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=300, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def ask_ours(pair: Pair) -> Any:
    query, document = pair
    try:
        condition = compile_condition(query)
    except ConditionError:
        return "error"
    matched = condition.matches(document, NOW)
    if matched is not (condition.explain(document, NOW) is None):
        return "explain() contradicts matches()"
    return matched


def explanation(query: Any, ours: Any, theirs: Any) -> str | None:
    """Why the two may differ on this query; None when they may not."""
    if ours == "error":
        return "sift finds a fault only when a document leads it there" if _has_bad_type(query) else None
    if theirs == "error":
        return None
    if _groups_inside(query):
        return "$or or $nor over several values, within $not, $all or $elemMatch"
    return None


def _has_bad_type(query: Any) -> bool:
    """An unknown $type, which sift only reports once a value comes to it."""
    known = ("number", "string", "bool", "array", "null", "timestamp")
    return any(key == "$type" and value not in known for key, value in _entries(query))


def _groups_inside(query: Any) -> bool:
    inside = (value for key, value in _entries(query) if key in ("$not", "$all", "$elemMatch"))
    return any(key in ("$or", "$nor") for value in inside for key, _ in _entries(value))


def _entries(query: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(query, dict):
        yield from query.items()
    inner = query.values() if isinstance(query, dict) else query if isinstance(query, list) else ()
    for value in inner:
        yield from _entries(value)


def compare(count: int, seed: int) -> int:
    """Print agreement and every class of disagreement; the number of unexplained ones."""
    generator = Generator(seed)
    pairs = [generator.pair() for _ in range(count)]
    answers: Counter[str] = Counter()
    explained: Counter[str] = Counter()
    unexplained = 0
    for pair, theirs in zip(pairs, ask_sift(pairs), strict=True):
        ours = ask_ours(pair)
        answers[f"{theirs}" if ours == theirs else "differ"] += 1
        reason = None if ours == theirs else explanation(pair[0], ours, theirs)
        if reason:
            explained[reason] += 1
        elif ours != theirs:
            unexplained += 1
            print(f"sift {theirs}, ours {ours}: {json.dumps(pair[0])} on {json.dumps(pair[1])}")
    agreed = count - answers.pop("differ", 0)
    print(f"{agreed} of {count} pairs agree ({', '.join(f'{n} {name}' for name, n in sorted(answers.items()))})")
    for reason, number in explained.most_common():
        print(f"{number} differ, as documented: {reason}")
    print(f"{unexplained} differ without a reason")
    return unexplained


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(bool(compare(*(arguments + [20_000, 1][len(arguments) :])[:2])))
