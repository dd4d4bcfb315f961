"""Takes out the white space that ``~`` and tags alone on their line take, by the rules of Handlebars 4.

A block, an else or a comment that stands alone on its line leaves no trace of that line.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.templates.syntax import Block, Comment, Node, Output, Program, Strip, Text
from chalicelib.templates.tokens import SPACE

_NOTHING = Program([])


def strip_program(program: Program, is_root: bool = False) -> None:
    """Strip the texts of a program, and of all programs in it, in place."""
    body = program.body
    for index, node in enumerate(body):
        if isinstance(node, Text):
            continue
        if isinstance(node, Block):
            _strip_block(node)
        before, after = body[max(index - 2, 0) : index], body[index + 1 : index + 3]
        strip = Strip(node.open_strip.before, node.close_strip.after) if isinstance(node, Block) else node.strip
        if strip.after:
            _omit_right(after, all_of_it=True)
        if strip.before:
            _omit_left(before, all_of_it=True)
        if not isinstance(node, Output):
            _strip_standalone(node, _line_ends(before, is_root), _line_begins(after, is_root), before, after)


def _strip_standalone(
    node: Comment | Block, starts_line: bool, ends_line: bool, before: Sequence[Node], after: Sequence[Node]
) -> None:
    if isinstance(node, Comment):
        if starts_line and ends_line:
            _omit_right(after)
            _omit_left(before)
        return
    first = node.program or node.inverse or _NOTHING
    last = node.inverse or node.program or _NOTHING
    close_alone = ends_line and _line_ends(_before_close(node).body)
    if starts_line and _line_begins(first.body):
        _omit_right(first.body)
        _omit_left(before)
    if close_alone:
        _omit_right(after)
        _omit_left(last.body)


def _before_close(node: Block) -> Program:
    """The program whose end tells whether the closing tag starts a line."""
    return (_first_inverse(node) if node.program else None) or node.program or node.inverse or _NOTHING


def _first_inverse(node: Block) -> Program | None:
    """The else of a block; of an ``else if``, its inside."""
    if node.inverse and node.inverse.chained:
        inner = node.inverse.body[0]
        return inner.program if isinstance(inner, Block) else None
    return node.inverse


def _last_inverse(program: Program) -> Program:
    """The inside of the last ``else if`` of a chain."""
    while program.chained:
        inner = program.body[-1]
        if not (isinstance(inner, Block) and inner.program):
            break
        program = inner.program
    return program


def _strip_block(node: Block) -> None:
    """Strip the inside of a block: towards its own tags, and around an else that stands alone."""
    for program in (node.program, node.inverse):
        if program:
            strip_program(program)
    first = node.program or node.inverse or _NOTHING
    if node.open_strip.after:
        _omit_right(first.body, all_of_it=True)
    if node.program and node.inverse:
        _strip_else(node, node.program, node.inverse)
    elif node.close_strip.before:
        _omit_left(first.body, all_of_it=True)


def _strip_else(node: Block, program: Program, inverse: Program) -> None:
    first_inverse = _first_inverse(node) or inverse
    if node.inverse_strip.before:
        _omit_left(program.body, all_of_it=True)
    if node.inverse_strip.after:
        _omit_right(first_inverse.body, all_of_it=True)
    if node.close_strip.before:
        last = _last_inverse(inverse).body
        _omit_left(last, all_of_it=True)
    if _line_ends(program.body) and _line_begins(first_inverse.body):
        _omit_left(program.body)
        _omit_right(first_inverse.body)


def _line_ends(before: Sequence[Node], is_root: bool = False) -> bool:
    """True when what stands before a place ends in a line break and blanks; the template begins a line."""
    if not before:
        return is_root
    node = before[-1]
    if not isinstance(node, Text):
        return False
    kept = node.original.rstrip(SPACE)
    return "\n" in node.original[len(kept) :] or (is_root and len(before) == 1 and not kept)


def _line_begins(after: Sequence[Node], is_root: bool = False) -> bool:
    """True when what stands after a place begins with blanks and a line break; the template ends a line."""
    if not after:
        return is_root
    node = after[0]
    if not isinstance(node, Text):
        return False
    kept = node.original.lstrip(SPACE)
    blanks = node.original[: len(node.original) - len(kept)]
    return "\n" in blanks or (is_root and len(after) == 1 and not kept)


def _omit_right(after: Sequence[Node], all_of_it: bool = False) -> None:
    """Take the white space that begins a text: all of it, or the rest of its line."""
    node = after[0] if after else None
    if not isinstance(node, Text) or (not all_of_it and node.right_stripped):
        return
    original = node.value
    node.value = node.value.lstrip(SPACE) if all_of_it else _without_line_rest(node.value)
    node.right_stripped = node.value != original


def _omit_left(before: Sequence[Node], all_of_it: bool = False) -> None:
    """Take the white space that ends a text: all of it, or the blanks that begin a tag's line."""
    node = before[-1] if before else None
    if not isinstance(node, Text) or (not all_of_it and node.left_stripped):
        return
    original = node.value
    node.value = node.value.rstrip(SPACE if all_of_it else " \t")
    node.left_stripped = node.value != original


def _without_line_rest(source: str) -> str:
    return source.lstrip(" \t").removeprefix("\r").removeprefix("\n")
