"""What the operator's command does with API tokens: makes, lists and revokes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dev import account
from signalbox.testing import World

Run = Callable[..., str]


@pytest.fixture
def run(world: World, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str, fails: int = 0) -> str:
        capsys.readouterr()
        command = getattr(account, f"{arguments[0]}_main")
        assert command([*arguments[1:], "--account", world.account.account["prefix_id"]]) == fails
        printed = capsys.readouterr()
        return printed.err if fails else printed.out

    return call


def test_an_operator_makes_lists_and_revokes_tokens(world: World, run: Run) -> None:
    user = world.account.user["prefix_id"]
    made = run("token", "--user", user, "--name", "Ours", "--expires", "2027-01-31T00:00:00Z")
    secret = made.split("API token: ")[1].split()[0]
    assert world.api("GET", "/me", token=secret).status == 200
    (heading, first, ours) = run("tokens").splitlines()
    assert heading.split("  ")[0] == "id"
    assert first.endswith("First token")
    assert ours.endswith("2027-01-31T00:00:00  Ours")
    assert secret not in run("tokens")
    assert "revoked" in run("revoke", "--id", ours.split()[0])
    assert world.api("GET", "/me", token=secret).status == 401
    assert "has no API token" in run("revoke", "--id", ours.split()[0], fails=1)


def test_a_token_of_nobody_or_with_a_bad_expiry_is_refused(world: World, run: Run) -> None:
    assert "has no user" in run("token", "--user", "usr_00000000000000", "--name", "x", fails=1)
    user = world.account.user["prefix_id"]
    assert "expires_at" in run("token", "--user", user, "--name", "x", "--expires", "soon", fails=1)
    assert len(run("tokens").splitlines()) == 2
