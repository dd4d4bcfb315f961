"""What a parsed template is made of, and the error of one that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.templates.helpers import Helper


class TemplateError(Exception):
    """A template that cannot be parsed or rendered: `message` says why, `line` (from 1) says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"{message} (line {line})")
        self.message = message
        self.line = line


class HelperFault(Exception):
    """What a helper cannot do. The renderer makes a TemplateError of it, with the line."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Whether a tag takes the white space before and after it: ``{{~x~}}``."""

    before: bool = False
    after: bool = False


@dataclass(slots=True)
class Text:
    """Literal text. `value` is what stays of `original` once white space is stripped."""

    value: str
    original: str
    left_stripped: bool = False
    right_stripped: bool = False


@dataclass(slots=True)
class Comment:
    strip: Strip


@dataclass(slots=True)
class Literal:
    value: Any


@dataclass(slots=True)
class Path:
    """A way into the data: `depth` contexts up, or from the ``@`` variables, then by `parts`.

    A path that is `plain` is one name alone, which a block parameter or a helper may bear; one that is `scoped`
    (``this.x``) is never a block parameter.
    """

    parts: tuple[str, ...]
    depth: int = 0
    variable: bool = False
    scoped: bool = False
    original: str = ""

    @property
    def plain(self) -> bool:
        return len(self.parts) == 1 and not (self.scoped or self.depth or self.variable)


@dataclass(slots=True)
class Call:
    """A helper at work. `helper` is None for the built-in blocks, which the renderer knows by name."""

    name: str
    helper: Helper | None
    arguments: list[Expression]
    options: dict[str, Expression]
    line: int


@dataclass(slots=True)
class Named:
    """A name without arguments that a helper bears: the data's value if there is one, else the helper's."""

    path: Path
    call: Call


Expression = Literal | Path | Call | Named


@dataclass(slots=True)
class Output:
    expression: Expression
    escaped: bool
    strip: Strip
    line: int


@dataclass(slots=True)
class Program:
    """The inside of a block, or the whole template. `chained`: it is the ``else if`` part of another."""

    body: list[Node]
    names: tuple[str, ...] = ()
    chained: bool = False


@dataclass(slots=True)
class Block:
    """``{{#x}}program{{else}}inverse{{/x}}``; each strip is that of the tag in question."""

    expression: Expression
    program: Program | None
    inverse: Program | None
    line: int
    open_strip: Strip
    inverse_strip: Strip = field(default_factory=Strip)
    close_strip: Strip = field(default_factory=Strip)


Node = Text | Comment | Output | Block
