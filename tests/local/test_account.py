"""The command that makes accounts: what it refuses, it refuses in one clear line and before anything is made."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from dev import account

CREATE = ["--name", "Acme", "--user", "Ada", "--email", "ada@example.com"]


@pytest.fixture(autouse=True)
def _no_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in account.TABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    yield


def test_it_needs_to_know_which_deployment(capsys: pytest.CaptureFixture[str]) -> None:
    assert account.create_main(CREATE) == 1
    assert "--stage" in capsys.readouterr().err


@pytest.mark.parametrize("field", ["name", "user", "email"])
def test_a_missing_field_is_named_where_nobody_can_be_asked(field: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = CREATE.index(f"--{field}")
    assert account.create_main(CREATE[:at] + CREATE[at + 2 :]) == 1
    assert capsys.readouterr().err == f"--{field} is required\n"


@pytest.mark.parametrize("token", ["", "short", "with spaces in the token", "ünicode-is-no-token", "x" * 201])
def test_a_token_that_is_weak_or_cannot_be_sent_is_refused(token: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        account.create_main([*CREATE, "--token", token])
    assert "16 to 200" in capsys.readouterr().err


def test_a_bad_address_is_refused_with_its_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in account.TABLES:
        monkeypatch.setenv(name, "unused")
    assert account.create_main([*CREATE[:-1], "nobody"]) == 1
    assert capsys.readouterr().err == "user.emails.0.email is no e-mail address\n"
