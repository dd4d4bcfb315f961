"""The pages made from the adapters: `python -m dev.docs` writes them; `--check` exits 1 and names the stale ones."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Adapter
from chalicelib.adapters.kit.options import GENERIC_OPTIONS, SENDER_OPTIONS, has_scheme
from chalicelib.adapters.kit.urgency import WORDS
from dev.markdown import code, table
from dev.type_page import ACTIONS, NOTICE, Case, cases_of, options_table, page

ROOT = Path(__file__).resolve().parent.parent
PAGES = "docs/integration-types"
START, END = "<!-- integration-types:start -->", "<!-- integration-types:end -->"
_REFERENCE = (
    "The reference is PagerTree's public set of adapters for the same tools. Signalbox gives the same answers to the "
    "same requests, except here."
)

_ANSWERS = (
    ("200", "The request is queued: it will be handled, and the log says what became of it."),
    ("403", "The token or the signature is missing or wrong."),
    ("404", "No integration has this address."),
    ("405", "The integration is disabled."),
    ("413", "The body has more than 1 MiB."),
    ("429", "More than `rate_limit` requests came in this minute; `Retry-After` says how long to wait."),
    ("503", "Something that the check of the sender needs did not answer: send it again."),
)


def rendered(root: Path = ROOT) -> dict[Path, str]:
    """The content of every file made from the adapters, README.md's table included if the file has its markers."""
    differences = {slug: _departures(root, slug) for slug in adapters.slugs()}
    folder = root / PAGES
    files = {folder / f"{slug}.md": page(slug, [row["what"] for row in differences[slug]]) for slug in differences}
    files[folder / "README.md"] = _index()
    files[root / "docs/departures.md"] = _departures_page(differences)
    for name, start, end, content in (
        ("README.md", START, END, types_table(f"{PAGES}/")),
        ("docs/severities.md", "<!-- words:start -->", "<!-- words:end -->", words_table()),
    ):
        path = root / name
        filled = _filled(path.read_text("utf-8"), start, end, content) if path.is_file() else None
        files |= {} if filled is None else {path: filled}
    return files


def stale(files: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """The files that differ from what was `rendered`, and pages of types that are gone."""
    changed = [path for path, content in files.items() if not path.is_file() or path.read_text("utf-8") != content]
    return sorted(changed + [path for path in (root / PAGES).glob("*.md") if path not in files])


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    check = parser.parse_args(arguments).check
    adapters.register(adapters.named(os.environ.get("SIGNALBOX_ADAPTERS")))
    files = rendered(root)
    old = stale(files, root)
    if root / "README.md" not in files:
        print(f"README.md is left alone: it is missing or lacks the lines {START} and {END}.", file=sys.stderr)
    for path in old:
        print(f"{'stale' if check else 'written' if path in files else 'removed'}: {path.relative_to(root)}")
        if not check:
            _put(path, files.get(path))
    if check and old:
        print("Run `python -m dev.docs` and commit what it writes.", file=sys.stderr)
    return int(check and bool(old))


def _put(path: Path, content: str | None) -> None:
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def _departures(root: Path, slug: str) -> list[dict[str, Any]]:
    path = root / "tests/adapters/departures" / f"{slug}.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return rows


def types_table(folder: str = "") -> str:
    """All types: what they can do and whether they check the sender. Links are relative to `folder`."""
    rows = []
    for slug in sorted(adapters.slugs(), key=lambda slug: adapters.load(slug).name.lower()):
        adapter = adapters.load(slug)
        cases = cases_of(slug)
        actions = {case.outcome.action for case in cases if not case.outcome.blocked}
        named = ", ".join(action.value for action in ACTIONS if action in actions)
        rows.append((f"[{adapter.name}]({folder}{slug}.md)", code(slug), named, _proof(adapter, cases)))
    return table(("Tool", "Type", "Actions", "Senders are checked by"), rows)


def _proof(adapter: type[Adapter], cases: Sequence[Case]) -> str:
    """How a type checks its senders: by the vendor's scheme, or by one of those that many tools share."""
    if not has_scheme(adapter):
        return code("sender_check")
    return "a scheme of its own" if any(case.outcome.blocked for case in cases) else ""


def _index() -> str:
    parts = [
        NOTICE,
        "# Integration types",
        "An integration has a type: the tool that sends to it. Each page shows what the tool's requests do, "
        "a request to try, the type's options, and how it checks who sends.",
        types_table(),
        "## Options of every type",
        options_table(GENERIC_OPTIONS),
        "## Options of types without a scheme of their own",
        "Where the table above says `sender_check`, [one of the schemes that many tools share](../checking-senders.md) "
        "can be chosen:",
        options_table(SENDER_OPTIONS),
        "Over the API, a name is written with `option_` before it.",
        "## What a sender is answered",
        table(("Status", "When"), _ANSWERS),
        "No type answers a refusal with success. Whether a tool sends again what was refused is the tool's affair, and "
        "its page says what is known of it; refusals stand in the integration's log.",
    ]
    return "\n\n".join(parts) + "\n"


def _departures_page(differences: Mapping[str, list[dict[str, Any]]]) -> str:
    rows = [
        (f"[{adapters.load(slug).name}](integration-types/{slug}.md)", row["what"], ", ".join(map(code, row["fields"])))
        for slug, listed in differences.items()
        for row in listed
    ]
    parts = [
        NOTICE,
        "# Departures from the reference",
        f"{_REFERENCE} Most rows mend what loses or misroutes an alert, or what an invalid request would break.",
        table(("Type", "Difference", "Fields"), rows),
    ]
    return "\n\n".join(parts) + "\n"


def words_table() -> str:
    """The words of each urgency, the most urgent first."""
    rows = [(f"**{urgency}**", ", ".join(words)) for urgency, words in WORDS.items()]
    return table(("Urgency", "Words"), rows)


def _filled(page: str, start: str, end: str, content: str) -> str | None:
    """A page with a table between its markers, or None when it does not have them."""
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    return f"{before}{start}\n{content}\n{end}{after}" if found and closed else None


if __name__ == "__main__":
    sys.exit(main())
