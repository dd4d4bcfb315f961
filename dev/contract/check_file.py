"""How the file of a type reads: what it says first, what it imports, and which members its class has."""

from __future__ import annotations

import ast
import inspect
import re
from types import FunctionType

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Adapter
from dev.contract import subjects

DECLARATIONS = ("name", "vendor", "OPTIONS", "needs_existing", "SECRET_HEADERS", "SECRET_PARAMS")
METHODS = (
    *("blocked", "replay_key", "action", "thirdparty_id", "alert", "reply", "confirmation_url", "pinned"),
    *("template_data", "log_data", "explain"),
)
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")
_LONGEST = 200


def test_a_file_says_first_what_it_is_for_and_is_short(slug: str) -> None:
    source = subjects.source(slug)
    said = (ast.get_docstring(ast.parse(source)) or "").strip()
    assert len(said) > 20, f"{slug}: begin the file with a docstring that says what it is for"
    lines = len(source.splitlines())
    assert lines <= _LONGEST, f"{slug}: {lines} lines; at most {_LONGEST} can be read in a minute"


def test_a_file_imports_the_kit_and_no_other_adapter(slug: str) -> None:
    tree = ast.parse(subjects.source(slug))
    package = adapters.load(slug).__module__.rpartition(".")[0]
    allowed = ("chalicelib.adapters.kit", "chalicelib.errors", f"{package}._")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("chalicelib", package)):
            assert (node.module or "").startswith(allowed), (
                f"{slug}: line {node.lineno} imports {node.module}; an adapter imports chalicelib.adapters.kit, "
                f"the standard library, and modules of its package whose names begin with _"
            )
    own = [cls.__name__ for cls in subjects.classes(slug) if cls.__module__.endswith(f".{slug}")]
    assert len(own) == 1, f"{slug}: one file, one adapter; here are {', '.join(own)}"


def rank(name: str) -> int:
    """The place of a member: what is declared, constants, methods, private helpers. Raises for a stranger."""
    if name in DECLARATIONS:
        return DECLARATIONS.index(name)
    if name in METHODS:
        return 100 + METHODS.index(name)
    if name.startswith("_"):
        return 200
    assert _CONSTANT.fullmatch(name), (
        f"{name} is no member of an adapter: constants are in capitals, helpers begin with _, "
        f"and the members are {', '.join((*DECLARATIONS, *METHODS))}"
    )
    return 50


def test_members_are_known_ones_in_the_documented_order(slug: str) -> None:
    for cls in subjects.classes(slug):
        names = [name for name in vars(cls) if not (name.startswith("__") and name.endswith("__"))]
        wanted = sorted(names, key=rank)
        assert names == wanted, f"{slug}: {cls.__name__} has its members in the order {names}; wanted is {wanted}"


def test_hooks_take_what_the_base_takes(slug: str) -> None:
    for cls in subjects.classes(slug):
        for name, member in vars(cls).items():
            if name in METHODS:
                assert isinstance(member, FunctionType), f"{slug}: {name} must be a plain method"
                takes, wanted = (list(inspect.signature(one).parameters) for one in (member, getattr(Adapter, name)))
                assert takes == wanted, f"{slug}: {name} takes {takes}; wanted is {wanted}"
