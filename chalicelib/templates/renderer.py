"""Renders a parsed template over data: walks its programs, within bounds on work and on output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.templates.parser import parse
from chalicelib.templates.scope import Scope, found_at
from chalicelib.templates.syntax import (
    Block,
    Call,
    Expression,
    HelperFault,
    Literal,
    Named,
    Output,
    Path,
    Program,
    TemplateError,
    Text,
)
from chalicelib.templates.values import empty, escape, same, text

MAX_OUTPUT = 256 * 1024
MAX_WORK = 100_000
# A helper's work grows with its texts: this many characters count as much as one node.
_CHARACTERS_PER_STEP = 256


def render(template: str, data: Mapping[str, Any], html: bool = True) -> str:
    """The text that a Handlebars template makes of data. Raises TemplateError, naming the line.

    `html`: what is made is HTML, as descriptions are, so ``{{value}}`` is escaped; in plain text, such as a title or a
    key, nothing is.
    """
    program = parse(template)
    run = _Run(html)
    try:
        run.program(program, Scope(data, variables={"root": data}))
    except RecursionError as error:
        raise TemplateError("a value is nested too deeply to be shown", run.line) from error
    return "".join(run.output)


def check_template(template: str) -> None:
    """Raise TemplateError when a template cannot be parsed, or calls a helper that there is not."""
    parse(template)


class _Run:
    """One rendering: what has been written, and the work that it took."""

    def __init__(self, html: bool) -> None:
        self.html = html
        self.output: list[str] = []
        self.size = 0
        self.work = 0
        self.line = 1

    def program(self, program: Program | None, scope: Scope) -> None:
        for node in program.body if program else ():
            self.step()
            if isinstance(node, Text):
                self.write(node.value)
            elif isinstance(node, Output):
                self.line = node.line
                shown = text(self.value(node.expression, scope))
                self.write(escape(shown) if node.escaped and self.html else shown)
            elif isinstance(node, Block):
                self.line = node.line
                self.block(node, scope)

    def write(self, piece: str) -> None:
        self.size += len(piece)
        if self.size > MAX_OUTPUT:
            raise TemplateError(f"the text is longer than {MAX_OUTPUT} characters", self.line)
        self.output.append(piece)

    def step(self, count: int = 1) -> None:
        self.work += count
        if self.work > MAX_WORK:
            raise TemplateError(f"the template takes more than {MAX_WORK} steps", self.line)

    def block(self, block: Block, scope: Scope) -> None:
        expression = block.expression
        if isinstance(expression, Call) and not expression.helper:
            self.built_in(block, expression, scope)
        elif isinstance(expression, Call):
            self.choose(block, scope, not empty(self.value(expression, scope)))
        else:
            self.section(block, scope, self.value(expression, scope))

    def built_in(self, block: Block, call: Call, scope: Scope) -> None:
        value = self.value(call.arguments[0], scope)
        if call.name == "each":
            self.each(block, scope, value)
        elif call.name == "with":
            inner = self.inside(scope, value, _named(block.program, value))
            self.program(block.inverse, scope) if empty(value) else self.program(block.program, inner)
        else:
            include_zero = "includeZero" in call.options and self.value(call.options["includeZero"], scope)
            zero = isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0
            yes = bool(include_zero) if zero else not empty(value)
            self.choose(block, scope, yes == (call.name == "if"))

    def choose(self, block: Block, scope: Scope, yes: bool) -> None:
        self.program(block.program if yes else block.inverse, scope)

    def section(self, block: Block, scope: Scope, value: Any) -> None:
        """``{{#value}}``: nothing, once, or for each item."""
        if isinstance(value, (list, tuple)):
            self.each(block, scope, value)
        elif value is None or isinstance(value, bool):
            self.choose(block, scope, value is True)
        else:
            self.program(block.program, self.inside(scope, value, {}))

    def each(self, block: Block, scope: Scope, value: Any) -> None:
        pairs: Iterable[tuple[Any, Any]] = ()
        if isinstance(value, Mapping):
            pairs = value.items()
        elif isinstance(value, (list, tuple)):
            pairs = enumerate(value)
        last = len(value) - 1 if pairs else -1
        around = (scope.variables, *scope.outer_variables)
        if last < 0:
            self.program(block.inverse, scope)
            return
        for index, (key, item) in enumerate(pairs):
            self.step()
            inner = self.inside(scope, item, _named(block.program, item, key))
            inner.variables = {**scope.variables, "key": key, "index": index, "first": not index, "last": index == last}
            inner.outer_variables = around
            self.program(block.program, inner)

    def inside(self, scope: Scope, context: Any, names: Mapping[str, Any]) -> Scope:
        """The scope of a program whose context is another. The same context again is no step for ``../``."""
        outer = scope.outer if same(context, scope.context) else scope
        names = {**scope.names, **names} if names else scope.names
        return Scope(context, outer, scope.variables, scope.outer_variables, names)

    def value(self, expression: Expression, scope: Scope) -> Any:
        if isinstance(expression, Path):
            return found_at(expression, scope)
        if isinstance(expression, Literal):
            return expression.value
        if isinstance(expression, Named):
            found = found_at(expression.path, scope)
            return self.called(expression.call, scope) if found is None else found
        return self.called(expression, scope)

    def called(self, call: Call, scope: Scope) -> Any:
        arguments = [self.value(argument, scope) for argument in call.arguments]
        self.step(sum(map(_weight, arguments), 1))
        assert call.helper
        function, count = call.helper
        arguments += [None] * ((count or 0) - len(arguments))
        try:
            result = function(*arguments)
        except HelperFault as error:
            raise TemplateError(str(error), call.line) from error
        self.step(_weight(result))
        return result


def _weight(value: Any) -> int:
    return len(value) // _CHARACTERS_PER_STEP if isinstance(value, (str, list)) else 0


def _named(program: Program | None, *values: Any) -> dict[str, Any]:
    """Block parameters: ``as |item key|``."""
    return dict(zip(program.names, values, strict=False)) if program and program.names else {}
