"""Senders prove themselves: each secret lets the right request pass and no other, and is compared in constant time."""

from __future__ import annotations

import ast
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Adapter, adapt
from chalicelib.adapters.kit.examples import CONTEXT, request_of
from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.secrets import masked
from dev.contract import subjects

_ANOTHER = "correct horse battery staple"
_ODD = ("", "\ud800", "é" * 64, "\0", "sha256=")


def _guards(slug: str) -> bool:
    return adapters.load(slug).blocked is not Adapter.blocked


def _cases(slug: str, option: str, blocked: bool) -> list[dict[str, Any]]:
    """The examples with a secret set that pass, or that are blocked."""
    cases = adapters.load_examples(slug).values()
    return [c for c in cases if c.get("options", {}).get(option) and bool(c["expect"].get("blocked")) is blocked]


def _proofs(slug: str, option: str) -> list[dict[str, Any]]:
    """The examples that pass by this secret: those whose request, sent without any proof, would be blocked by it."""
    found = _cases(slug, option, blocked=False)
    return [
        case
        for case in found
        if _blocks(slug, {**_open(slug, case, but=option), option: _ANOTHER}, _bare(request_of(case)))
    ]


def _open(slug: str, case: dict[str, Any], but: str = "") -> dict[str, Any]:
    """The options of an example without its secrets (`but` one), and without what makes sense with these alone."""
    options = adapters.load(slug).OPTIONS
    secret = {option.name for option in options if option.secret and option.name != but}
    gone = secret | {option.name for option in options if option.required_with in secret}
    return {name: value for name, value in case["options"].items() if name not in gone}


def _blocks(slug: str, options: dict[str, Any], request: Request) -> bool:
    adapter = adapters.load(slug)
    return adapt(adapter(read_options(adapter, options, {}), CONTEXT), request).blocked


def _require(slug: str) -> None:
    if not _guards(slug):
        pytest.skip("its secrets are not for checking senders")


def test_each_secret_has_an_example_that_passes_and_one_that_is_blocked(slug: str, option: str) -> None:
    _require(slug)
    assert _proofs(slug, option), (
        f"{slug}: option {option} has no example that passes by it: add one with {option} among its options and a "
        "request that carries the token or the signature, and that blocked() refuses without"
    )
    assert _cases(slug, option, blocked=True), (
        f"{slug}: option {option} has no example that is blocked: add one named blocked_..., with {option} among its "
        'options, a request without the right token or signature, and {"blocked": true} for expect'
    )


def test_a_request_passes_by_its_own_secret_alone(slug: str, option: str) -> None:
    _require(slug)
    for case in _proofs(slug, option):
        options, request = case["options"], request_of(case)
        for other in (_ANOTHER, options[option] + " ", options[option][:-1] or "x"):
            assert _blocks(slug, options | {option: other}, request), f"{slug}: another {option} lets the request pass"
        for sent in (request, _bare(request)):
            assert not _blocks(slug, _open(slug, case), sent), f"{slug}: blocks although {option} is not set"


def test_a_request_without_the_secret_or_with_an_odd_one_is_blocked(slug: str, option: str) -> None:
    _require(slug)
    for case in _proofs(slug, option):
        request = _bare(request_of(case))
        assert _blocks(slug, case["options"], request), f"{slug}: a request without {option} passes"
        empty = Request(method=request.method)
        assert _blocks(slug, case["options"], empty), f"{slug}: an empty request passes although {option} is set"
        for odd in _ODD:
            sent = replace(request, headers=dict.fromkeys(request_of(case).headers, odd))
            assert _blocks(slug, case["options"], sent), f"{slug}: headers that are {odd!r} pass"


def test_a_signature_holds_for_no_other_body(slug: str, option: str) -> None:
    _require(slug)
    for case in _proofs(slug, option):
        request = request_of(case)
        if request.body and not _carries(request, case["options"][option]):
            tampered = replace(request, body=request.body + b" ")
            assert _blocks(slug, case["options"], tampered), (
                f"{slug}: the signature by {option} does not cover the body"
            )


def test_what_is_stored_of_a_request_holds_no_secret(slug: str, option: str) -> None:
    for case in (*_cases(slug, option, blocked=False), *_cases(slug, option, blocked=True)):
        options = read_options(adapters.load(slug), case["options"], {})
        kept = masked(adapters.load(slug), request_of(case), options)
        assert not _carries(kept, case["options"][option]), f"{slug}: the stored request shows {option}"


def test_secrets_are_compared_in_constant_time(slug: str) -> None:
    secrets = {option.name for option in adapters.load(slug).OPTIONS if option.secret}
    for tree in subjects.sources(slug):
        for line in _plain_comparisons(tree, secrets):
            pytest.fail(f"{slug}: line {line} compares a secret with == or !=: use same_secret or signature_matches")


def _plain_comparisons(tree: ast.Module, secrets: set[str]) -> Iterator[int]:
    """The lines where what a secret option was read into is compared by its characters."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = _tainted(function, secrets)
        for node in ast.walk(function):
            if isinstance(node, ast.Compare) and any(isinstance(o, (ast.Eq, ast.NotEq, ast.In)) for o in node.ops):
                sides = [node.left, *node.comparators]
                told = any(isinstance(side, ast.Constant) for side in sides)
                if not told and any(_touches(side, secrets, names) for side in sides):
                    yield node.lineno


def _tainted(function: ast.FunctionDef, secrets: set[str]) -> set[str]:
    """Names that hold a secret or what was made of one, in the order of the assignments."""
    names: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) or node.value is None:
            continue
        if _touches(node.value, secrets, names):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return names


def _touches(expression: ast.AST, secrets: set[str], names: set[str]) -> bool:
    """Whether an expression reads a secret option, or a name that holds one, other than through a comparing helper."""
    if isinstance(expression, ast.Call) and ast.unparse(expression.func) in (
        "same_secret",
        "signature_matches",
        "bool",
    ):
        return False
    if isinstance(expression, ast.Name):
        return expression.id in names
    read = isinstance(expression, (ast.Subscript, ast.Call)) and "self.options" in ast.unparse(expression)
    if read and any(isinstance(node, ast.Constant) and node.value in secrets for node in ast.walk(expression)):
        return True
    return any(_touches(child, secrets, names) for child in ast.iter_child_nodes(expression))


def _bare(request: Request) -> Request:
    """The request as someone sends it who has none of the secret: no headers, no parameters but another one."""
    kept = {name: value for name, value in request.headers.items() if name == "content-type"}
    body = b"text=hello" if "form" in request.content_type else b'{"text": "hello"}'
    return replace(request, headers=kept, query={}, body=body)


def _carries(request: Request, secret: str) -> bool:
    """Whether a request shows a secret as it is or in base64."""
    shown = f"{request.url} {dict(request.headers)} {dict(request.query)} {request.text} {request.params}"
    return secret in shown or b64encode(secret.encode()).decode() in shown
