"""Cuts a template into tokens as Handlebars 4 does: text, the opening of a tag, what is in it, and its close."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from chalicelib.templates.syntax import TemplateError

# White space as JavaScript has it: Python's own differs by a few characters.
SPACE = " \t\n\r\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_ID = r"""[^\s!"#%&'()*+,./;<=>@\[\\\]^`{|}~]+(?=[=~}\s/.)|\]])"""


class Token(NamedTuple):
    kind: str
    text: str
    offset: int


def _pattern(kinds: dict[str, str]) -> re.Pattern[str]:
    joined = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items())
    return re.compile(joined.replace(r"\s", SPACE))


_OPENING = _pattern(
    {
        "raw_block": r"\{\{\{\{",
        "partial": r"\{\{~?#?>",
        "decorator": r"\{\{~?#?\*",
        "open_block": r"\{\{~?#",
        "open_end": r"\{\{~?/",
        "inverse": r"\{\{~?(?:\^|[\s]*else)[\s]*~?\}\}",
        "open_inverse": r"\{\{~?\^",
        "open_chain": r"\{\{~?[\s]*else\b",
        "open_unescaped": r"\{\{~?\{",
        "long_comment": r"\{\{~?!--",
        "comment": r"\{\{~?!",
        "open": r"\{\{~?&?",
    }
)
_UNSUPPORTED = {"raw_block": "raw blocks", "partial": "partials", "decorator": "decorators"}
_INSIDE = {
    "space": r"[\s]+",
    "open_call": r"\(",
    "close_call": r"\)",
    "equals": "=",
    "id": r"\.\.|\.(?=[=~}\s/.)|\]])",
    "separator": r"[/.]",
    "string": r""""(?:\\"|[^"])*"|'(?:\\'|[^'])*'""",
    "variable": "@",
    "constant": r"(?:true|false|undefined|null)(?=[~}\s)\]])",
    "number": r"-?[0-9]+(?:\.[0-9]+)?(?=[~}\s)\]])",
    "open_names": r"as[\s]+\|",
    "close_names": r"\|",
    "name": _ID,
    "segment": r"\[(?:\\\]|[^\]])*\]",
}
# A third brace closes only what three braces opened: `{"a":{{b}}}` is a tag and a brace of the text.
_IN_TAG = _pattern({"close": r"~?\}\}", **_INSIDE})
_IN_UNESCAPED = _pattern({"close": r"\}~?\}\}", **_INSIDE})
_LONG_COMMENT_END = re.compile(r"--~?\}\}")
_AFTER_ESCAPE = re.compile(r"\\{0,2}\{\{")


def tokenize(template: str) -> Iterator[Token]:
    """The tokens of a template, an ``end`` last. Raises TemplateError where none fits."""
    position = 0
    while (start := template.find("{{", position)) >= 0:
        text = template[position:start]
        escaped = text.endswith("\\") and not text.endswith("\\\\")
        text = text[:-1] if text.endswith("\\") else text
        if text:
            yield Token("text", text, position)
        if escaped:
            after = _AFTER_ESCAPE.search(template, start + 2)
            position = after.start() if after else len(template)
            yield Token("text", template[start:position], start)
        else:
            position = yield from _tag(template, start)
    if position < len(template):
        yield Token("text", template[position:], position)
    yield Token("end", "", len(template))


def _tag(template: str, start: int) -> Generator[Token, None, int]:
    """The tokens of the tag at `start`; returns where the text goes on."""
    opening = _OPENING.match(template, start)
    assert opening and opening.lastgroup  # two braces always open something
    kind = opening.lastgroup
    if kind in _UNSUPPORTED:
        raise _error(f"{_UNSUPPORTED[kind]} are not supported", template, start)
    if kind in ("comment", "long_comment"):
        end = _comment_end(template, kind, opening.end())
        yield Token("comment", template[start:end], start)
        return end
    yield Token(kind, opening[0], start)
    if kind == "inverse":
        return opening.end()
    return (yield from _inside(template, opening))


def _inside(template: str, opening: re.Match[str]) -> Generator[Token, None, int]:
    unescaped = opening.lastgroup == "open_unescaped"
    pattern = _IN_UNESCAPED if unescaped else _IN_TAG
    position = opening.end()
    while found := pattern.match(template, position):
        position = found.end()
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found[0], found.start())
        if found.lastgroup == "close":
            return position
    if position == len(template):
        raise _error(f"{opening[0]} is never closed", template, opening.start())
    wanted = "}}}" if unescaped else "}}"
    raise _error(f"unexpected {template[position]!r} in a tag (or a missing {wanted})", template, position)


def _comment_end(template: str, kind: str, position: int) -> int:
    if kind == "long_comment":
        # The dashes that open the comment may also close it: `{{!--}}`.
        found = _LONG_COMMENT_END.search(template, position - 2)
        end = found.end() if found else -1
    else:
        end = template.find("}}", position) + 2
    if end < 2:
        raise _error("a comment is never closed", template, position)
    return end


def _error(message: str, template: str, offset: int) -> TemplateError:
    return TemplateError(message, template.count("\n", 0, offset) + 1)
