"""Compares our templates with the real Handlebars over many generated templates. Development only.

    cd dev/handlebars && npm install && cd ../.. && python -m dev.handlebars.compare --count 20000 --seed 1

Both must print the same, or both must refuse. Counted apart: what we take and Handlebars refuses (braces that follow a
tag's own, ``{"a":{{b}}}``, and a path that ends in a number, ``a.0``), and unknown helpers or too many arguments, which
we refuse when a template is saved and Handlebars only when it comes to render them.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from chalicelib.templates import TemplateError, render
from dev.handlebars.generate import Generator

_RENDERER = Path(__file__).with_name("render.mjs")
_EARLIER = ("there is no helper", "arguments (line", "hash arguments", "exactly one argument")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = Generator(random.Random(arguments.seed))
    cases = [generator.case() for _ in range(arguments.count)]
    verdicts: Counter[str] = Counter()
    for case, answer in zip(cases, _real(cases), strict=True):
        verdict = _verdict(case, answer)
        verdicts[verdict] += 1
        if verdict.startswith("DIFFERENT") and verdicts[verdict] <= 5:
            print(json.dumps({verdict: case["template"], "ours": _ours(case), "theirs": answer}, indent=1))
    print(dict(verdicts))
    return int(any(verdict.startswith("DIFFERENT") for verdict in verdicts))


def _real(cases: list[dict[str, Any]]) -> list[dict[str, str]]:
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run(["node", str(_RENDERER)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _ours(case: dict[str, Any]) -> dict[str, str]:
    try:
        return {"text": render(case["template"], case["data"])}
    except TemplateError as error:
        return {"error": str(error)}


def _verdict(case: dict[str, Any], theirs: dict[str, str]) -> str:
    ours = _ours(case)
    if "text" in ours and "text" in theirs:
        return "same text" if ours == theirs else "DIFFERENT text"
    if "error" in ours and "error" in theirs:
        return "both refuse"
    if "error" in theirs:
        return "ours is more lenient"
    return "ours refuses earlier" if any(m in ours["error"] for m in _EARLIER) else "DIFFERENT: ours refuses"


if __name__ == "__main__":
    sys.exit(main())
