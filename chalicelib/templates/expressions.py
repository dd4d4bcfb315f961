"""Reads what stands in a tag: paths, literals, and helpers with their arguments."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any, NoReturn

from chalicelib.templates.helpers import HELPERS
from chalicelib.templates.syntax import Call, Expression, Literal, Named, Path, TemplateError
from chalicelib.templates.tokens import Token, tokenize
from chalicelib.templates.values import text

MAX_DEPTH = 50
BLOCKS = ("if", "unless", "each", "with")
NAMES = ("id", "name", "segment")
_AFTER_SEPARATOR = (*NAMES, "number", "constant")
_LITERALS = ("string", "number", "constant")
_ARGUMENTS = ("open_call", "variable", *_LITERALS, *NAMES)
_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPED_IN_SEGMENT = re.compile(r"\\([\\\]])")


class ExpressionReader:
    """The tokens of a template, and how to read expressions from them. Raises TemplateError."""

    def __init__(self, template: str) -> None:
        self.newlines = [offset for offset, character in enumerate(template) if character == "\n"]
        self.tokens = list(tokenize(template))
        self.index = 0
        self.depth = 0

    def take(self, *kinds: str) -> Token:
        token = self.next
        if kinds and token.kind not in kinds:
            self.fail(token, f"unexpected {token.text!r}" if token.text else "unexpected end of the template")
        self.index += 1
        return token

    @property
    def next(self) -> Token:
        return self.tokens[self.index]

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(token, f"nested deeper than {MAX_DEPTH}")

    def line(self, token: Token) -> int:
        return bisect_left(self.newlines, token.offset) + 1

    def fail(self, token: Token, message: str) -> NoReturn:
        raise TemplateError(message, self.line(token))

    def invocation(self) -> tuple[Path, Expression]:
        """A path with its arguments and hash arguments, if any: a value of the data, or a helper at work."""
        token = self.next
        path = self.head()
        arguments: list[Expression] = []
        while self.next.kind in _ARGUMENTS and not self.at_option():
            arguments.append(self.argument())
        options: dict[str, Expression] = {}
        while self.at_option():
            name = identifier(self.take())
            self.take("equals")
            options[name] = self.argument()
        return path, self.classified(token, path, arguments, options)

    def classified(
        self, token: Token, path: Path, arguments: list[Expression], options: dict[str, Expression]
    ) -> Expression:
        if path.plain and path.original in BLOCKS:
            if len(arguments) != 1:
                self.fail(token, f"{path.original} takes exactly one argument")
            return Call(path.original, None, arguments, options, self.line(token))
        helper = HELPERS.get(path.original) if path.plain else None
        if helper:
            if options and path.original != "log":
                self.fail(token, f"{path.original} takes no hash arguments")
            if helper.arguments is not None and len(arguments) > helper.arguments:
                self.fail(token, f"{path.original} takes at most {helper.arguments} arguments")
            call = Call(path.original, helper, arguments, options, self.line(token))
            return call if arguments or options else Named(path, call)
        if arguments or options:
            self.fail(token, f"there is no helper {path.original!r}")
        return path

    def at_option(self) -> bool:
        return self.next.kind in NAMES and self.tokens[self.index + 1].kind == "equals"

    def argument(self) -> Expression:
        token = self.take(*_ARGUMENTS)
        if token.kind == "open_call":
            return self.subexpression(token)
        if token.kind in _LITERALS:
            return Literal(_literal(token))
        return self.path(token)

    def subexpression(self, token: Token) -> Expression:
        self.deeper(token)
        path, expression = self.invocation()
        if isinstance(expression, Path):
            self.fail(token, f"there is no helper {path.original!r}")
        if path.original in BLOCKS:
            self.fail(token, f"{path.original} is a block")
        self.take("close_call")
        self.depth -= 1
        return expression.call if isinstance(expression, Named) else expression

    def head(self) -> Path:
        """What a tag begins with. A literal there is a name: ``{{"a b"}}`` is the data's `a b`."""
        token = self.take(*_LITERALS, "variable", *NAMES)
        if token.kind not in _LITERALS:
            return self.path(token)
        name = token.text if token.kind == "constant" else text(_literal(token))
        return Path((name,), original=name)

    def path(self, token: Token) -> Path:
        variable = token.kind == "variable"
        first = self.take(*NAMES) if variable else token
        parts: list[str] = []
        original, depth = "@" if variable else "", 0
        segment = first
        while True:
            part = identifier(segment)
            original += part
            if segment.kind != "segment" and part in ("..", ".", "this"):
                if parts:
                    self.fail(segment, f"invalid path: {original}")
                depth += part == ".."
            else:
                parts.append(part)
            if self.next.kind != "separator":
                break
            original += self.take().text
            segment = self.take(*_AFTER_SEPARATOR)
        scoped = not variable and first.kind != "segment" and first.text in (".", "this")
        return Path(tuple(parts), depth, variable, scoped, original)


def identifier(token: Token) -> str:
    if token.kind != "segment":
        return token.text
    return _ESCAPED_IN_SEGMENT.sub(r"\1", token.text)[1:-1]


def _literal(token: Token) -> Any:
    if token.kind == "constant":
        return _CONSTANTS[token.text]
    if token.kind == "number":
        return float(token.text) if "." in token.text or len(token.text) > 15 else int(token.text)
    quote = token.text[0]
    return token.text[1:-1].replace("\\" + quote, quote)
