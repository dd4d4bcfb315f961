"""Parses a template into programs of texts, outputs and blocks: the grammar of Handlebars 4 without partials."""

from __future__ import annotations

from functools import lru_cache

from chalicelib.templates.expressions import BLOCKS, NAMES, ExpressionReader, identifier
from chalicelib.templates.syntax import (
    Block,
    Call,
    Comment,
    Node,
    Output,
    Program,
    Strip,
    TemplateError,
    Text,
)
from chalicelib.templates.tokens import Token
from chalicelib.templates.whitespace import strip_program

MAX_LENGTH = 64 * 1024
_ENDS = ("inverse", "open_chain", "open_end", "end")


@lru_cache(maxsize=256)
def parse(template: str) -> Program:
    """A template as a program, ready to render. Raises TemplateError; the last 256 templates are remembered."""
    if len(template) > MAX_LENGTH:
        raise TemplateError(f"the template is longer than {MAX_LENGTH} characters", 1)
    program = _Parser(template).template()
    strip_program(program, is_root=True)
    return program


class _Parser(ExpressionReader):
    def template(self) -> Program:
        program = self.program()
        self.take("end")
        return program

    def program(self, names: tuple[str, ...] = ()) -> Program:
        body: list[Node] = []
        while self.next.kind not in _ENDS:
            body.append(self.statement())
        return Program(body, names)

    def statement(self) -> Node:
        token = self.next
        if token.kind in ("open_block", "open_inverse"):
            return self.block()
        self.take("text", "comment", "open", "open_unescaped")
        if token.kind == "text":
            return Text(token.text, token.text)
        if token.kind == "comment":
            return Comment(_strip(token, token))
        _, expression = self.invocation()
        if isinstance(expression, Call) and expression.name in BLOCKS:
            self.fail(token, f"{expression.name} is a block: {{{{#{expression.name} ...}}}}")
        close = self.take("close")
        return Output(expression, token.text in ("{{", "{{~"), _strip(token, close), self.line(token))

    def block(self) -> Block:
        opened = self.next
        block, name = self.opening()
        if opened.kind == "open_block" or self.next.kind == "inverse":
            self.inverse(block)
        token = self.take("open_end")
        closed = self.head().original
        if closed != name:
            self.fail(token, f"{opened.text}{name}}}}} is closed by {token.text}{closed}}}}}")
        block.close_strip = _strip(token, self.take("close"))
        _close_chained(block, block.close_strip)
        if opened.kind == "open_inverse":
            block.program, block.inverse = block.inverse, block.program
        self.depth -= 1
        return block

    def opening(self) -> tuple[Block, str]:
        """The opening tag of a block with all up to its else or end, and the name that its end must bear."""
        token = self.take("open_block", "open_inverse", "open_chain")
        self.deeper(token)
        path, expression = self.invocation()
        names = self.block_names()
        strip = _strip(token, self.take("close"))
        return Block(expression, self.program(names), None, self.line(token), strip), path.original

    def inverse(self, block: Block) -> None:
        """``{{else}}``, or ``{{else if x}}``, which is a block of its own inside the else of the one before."""
        token = self.next
        if token.kind == "inverse":
            self.take()
            block.inverse, block.inverse_strip = self.program(), _strip(token, token)
        elif token.kind == "open_chain":
            inner, _ = self.opening()
            self.inverse(inner)
            inner.close_strip = inner.inverse_strip
            _close_chained(inner, inner.inverse_strip)
            block.inverse, block.inverse_strip = Program([inner], chained=True), inner.open_strip
            self.depth -= 1

    def block_names(self) -> tuple[str, ...]:
        if self.next.kind != "open_names":
            return ()
        self.take()
        names = [identifier(self.take(*NAMES))]
        while self.next.kind != "close_names":
            names.append(identifier(self.take(*NAMES)))
        self.take()
        return tuple(names)


def _strip(opening: Token, close: Token) -> Strip:
    return Strip(opening.text[2:3] == "~", close.text[-3:-2] == "~")


def _close_chained(block: Block, strip: Strip) -> None:
    """The first ``else if`` of a block ends where the block does."""
    if block.inverse and block.inverse.chained:
        inner = block.inverse.body[0]
        assert isinstance(inner, Block)
        inner.close_strip = strip
