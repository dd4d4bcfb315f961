"""A request as a curl command to paste into a shell (bash or zsh)."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import urlencode

from dev.markdown import pretty_json


def curl(given: dict[str, Any], body: bytes, exact: bool = False) -> str:
    """The command that sends an example's request. `exact` keeps JSON as `body` has it, for a signature over it."""
    query = f"?{urlencode(given['query'])}" if given.get("query") else ""
    words = [f'curl -i "$URL/integration/int_…{query}"']
    if given.get("method", "POST") != "POST":
        words.append(f"-X {given['method']}")
    words += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in given.get("headers", {}).items()]
    if "form" in given:
        words += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in given["form"].items()]
    elif "json" in given and not exact:
        words += ["-H 'Content-Type: application/json'", f"--data-binary @- <<'END'\n{pretty_json(given['json'])}\nEND"]
    elif body:
        words.append(f"--data-binary {_quoted(body.decode('utf-8', 'replace'))}")
    return " \\\n  ".join(words)


def _quoted(content: str) -> str:
    """A word of the shell; a line each and with escapes where control characters must survive copying."""
    if all(character == "\n" or character.isprintable() for character in content):
        return shlex.quote(content)
    return "\\\n".join(f"$'{_escaped(line)}'" for line in content.splitlines(keepends=True))


def _escaped(line: str) -> str:
    quoted = line.replace("\\", "\\\\").replace("'", "\\'")
    return quoted.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
