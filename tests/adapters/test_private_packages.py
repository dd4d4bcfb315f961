"""A private package of adapters: registered by name, held to the same contract, and told what is wrong in its terms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent

ADAPTER = '''"""{name}, a bell that calls. One alert per door."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Option, Request, first_text, same_secret


class {name}(Adapter):
    name = "{name}"
    vendor = "https://bells.example.com/webhooks"
    OPTIONS = (Option("token", str, "Requests must carry this in the header x-bell.", secret=True),)
    SECRET_HEADERS = ("x-bell",)

    ACTIONS = {{"ringing": Action.CREATE, "quiet": Action.RESOLVE}}

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(token, request.header("x-bell"))

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("state"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("door")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(title=first_text(request.get("text"), "The bell rings"), urgency=request.get("level"))
'''
RING = {"state": "ringing", "door": "front", "text": "Somebody is here", "level": "major"}
EXAMPLES: dict[str, Any] = {
    "create": {
        "request": {"json": RING},
        "expect": {
            "action": "create",
            "thirdparty_id": "front",
            "alert": {"title": "Somebody is here", "urgency": "high"},
        },
    },
    "resolve": {
        "request": {"json": {"state": "quiet", "door": "front"}},
        "expect": {"action": "resolve", "thirdparty_id": "front"},
    },
    "junk": {
        "request": {"json": {"hello": "world"}},
        "expect": {"action": "other", "thirdparty_id": None, "note": "state is missing: the request has hello"},
    },
    "with the token": {
        "options": {"token": "ding dong"},
        "request": {"headers": {"x-bell": "ding dong"}, "json": {"state": "quiet", "door": "front"}},
        "expect": {"action": "resolve", "thirdparty_id": "front"},
    },
    "blocked_wrong_token": {
        "options": {"token": "ding dong"},
        "request": {"headers": {"x-bell": "dong ding"}, "json": {"state": "quiet", "door": "front"}},
        "expect": {"blocked": True},
    },
    "two doors": {
        "sequence": [
            {"example": "create", "open": 1, "action": "create"},
            {"request": {"json": {**RING, "door": "back"}}, "open": 2},
            {"example": "create", "open": 2},
            {"example": "resolve", "open": 1, "acknowledged": 0},
        ]
    },
}
GUIDE = "1. Point the bell at `{endpoint}`.\n2. Set {token} as its token.\n"


def write(folder: Path, slug: str, source: str, examples: dict[str, Any], guide: str | None = GUIDE) -> None:
    for path in (folder, folder / "examples", folder / "guides"):
        path.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text('"""Bells."""\n')
    (folder / f"{slug}.py").write_text(source)
    (folder / "examples" / f"{slug}.json").write_text(json.dumps(examples))
    if guide is not None:
        (folder / "guides" / f"{slug}.md").write_text(guide)


def python(arguments: list[str], path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, "PYTHONPATH": str(path), **environment}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def bells(tmp_path: Path) -> Path:
    """A folder with a package `bells` in it, whose one adapter is `doorbell`."""
    write(tmp_path / "bells", "doorbell", ADAPTER.format(name="Doorbell"), EXAMPLES)
    return tmp_path


def test_a_package_that_keeps_the_contract_passes(bells: Path) -> None:
    done = python(["-m", "dev.contract", "bells"], bells)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def without(*names: str) -> dict[str, Any]:
    return {name: case for name, case in EXAMPLES.items() if name not in names}


def changed(name: str, **expect: Any) -> dict[str, Any]:
    return EXAMPLES | {name: EXAMPLES[name] | {"expect": EXAMPLES[name]["expect"] | expect}}


SAME = "not same_secret(token, request.header"
BROKEN = [
    # (slug, what is replaced in the source and by what, examples, guide, what must be said)
    (
        ("unblocked", "", "", without("blocked_wrong_token"), GUIDE),
        "unblocked: option token has no example that is blocked: add one named blocked_",
    ),
    (
        ("unproven", "", "", without("with the token"), GUIDE),
        "unproven: option token has no example that passes by it",
    ),
    (
        ("hasty", SAME + '("x-bell"))', 'request.header("x-bell") != token', EXAMPLES, GUIDE),
        "hasty: line 18 compares a secret with == or !=: use same_secret or signature_matches",
    ),
    (
        ("careless", ' and not same_secret(token, request.header("x-bell"))', " and False", EXAMPLES, GUIDE),
        "careless: option token has no example that passes by it",
    ),
    (
        ("titleless", ', "The bell rings"', "", EXAMPLES, GUIDE),
        "Titleless: the title is blank: end first_text(...) with a text of your own",
    ),
    (
        ("raising", 'request.get("door")', 'request.params["door"]', EXAMPLES, GUIDE),
        "KeyError: 'door'",
    ),
    (
        ("unmarked", ", secret=True", "", EXAMPLES, GUIDE),
        "unmarked: option token sounds like a secret: declare it with secret=True",
    ),
    (
        ("misspelt", "def thirdparty_id", "def third_party_id", EXAMPLES, GUIDE),
        "third_party_id is no member of an adapter",
    ),
    (
        ("silent_file", '"""{name}, a bell that calls. One alert per door."""', "", EXAMPLES, GUIDE),
        "silent_file: begin the file with a docstring that says what it is for",
    ),
    (
        ("unguided", "", "", EXAMPLES, None),
        "unguided: there is no guide: write guides/unguided.md",
    ),
    (
        ("tokenless", "", "", EXAMPLES, "Point the bell at {endpoint}."),
        "tokenless: the guide must say where the secret, written {token}, goes",
    ),
    (
        ("unexplained", "", "", changed("create", alert={"title": "Somebody is here"}), GUIDE),
        "unexplained, example 'create': urgency of the alert is 'high', the file says None",
    ),
    (
        ("junkless", "", "", without("junk"), GUIDE),
        "junkless: examples/junkless.json has no example named junk",
    ),
    (
        ("wordy", '"quiet": Action.RESOLVE', '"quiet": "resolve"', EXAMPLES, GUIDE),
        "wordy: ACTIONS['quiet'] is no Action",
    ),
    (
        ("one_key", 'request.get("door")', '"bell"', EXAMPLES, GUIDE),
        "one_key, 'two doors', step 2: 1 alerts are open",
    ),
    (
        (
            "nosy",
            "from chalicelib.adapters.kit import Action",
            "from bells import raising\nfrom chalicelib.adapters.kit import Action",
            EXAMPLES,
            GUIDE,
        ),
        "nosy: line 5 imports bells; an adapter imports chalicelib.adapters.kit",
    ),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a package whose every adapter has one thing wrong with it."""
    folder = tmp_path_factory.mktemp("broken")
    for (slug, old, new, examples, guide), _ in BROKEN:
        assert old in ADAPTER
        name = slug.title().replace("_", "")
        write(folder / "bells", slug, ADAPTER.replace(old, new).format(name=name), examples, guide)
    done = python(["-m", "dev.contract", "bells"], folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("broken", "message"), BROKEN, ids=[broken[0] for broken, _ in BROKEN])
def test_what_is_wrong_is_said(told: str, broken: Any, message: str) -> None:
    assert message in told


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("no_such_package", "no_such_package is no package of adapters that can be imported"),
        ("json", "json.decoder holds no adapter: a class derived from chalicelib.adapters.kit.Adapter"),
        ("string", "string is no package of adapters that can be imported"),
        ("tests.adapters.departures", "tests.adapters.departures: no module is named like a slug"),
    ],
)
def test_a_package_that_cannot_be_used_is_told(tmp_path: Path, package: str, message: str) -> None:
    done = python(["-m", "dev.contract", package], tmp_path)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_slug_that_is_taken_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "bells", "prometheus", ADAPTER.format(name="Prometheus"), EXAMPLES)
    done = python(["-m", "dev.contract", "bells"], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "integration type prometheus of bells is defined by chalicelib.adapters.tools.prometheus already" in done.stderr
    )


ASK = """
import app
from chalicelib import adapters
from chalicelib.api.integration_types import described
print(described("doorbell")["guide"].splitlines()[0])
print(adapters.number_of("doorbell") == len(adapters.slugs()), adapters.number_of("zendesk") == len(adapters.slugs()) - 1)
print(adapters.slug_of(adapters.type_id("doorbell")))
"""


def test_the_packages_of_the_setting_are_served(bells: Path) -> None:
    aws = {"AWS_DEFAULT_REGION": "eu-west-1", "SIGNALBOX_ADAPTERS": " bells, "}
    done = python(["-c", ASK], bells, **aws)
    assert done.stdout.splitlines() == ["1. Point the bell at `{endpoint}`.", "True True", "doorbell"], done.stderr


def test_the_packages_of_the_setting_get_their_pages(bells: Path, tmp_path: Path) -> None:
    source = "import sys; from pathlib import Path; from dev import docs; sys.exit(docs.main([], Path(sys.argv[1])))"
    done = python(["-c", source, str(tmp_path)], bells, SIGNALBOX_ADAPTERS="bells")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "docs/integration-types/doorbell.md").read_text("utf-8")
    assert "1. Point the bell at `$URL/integration/int_…`.\n2. Set <your secret> as its token." in page
    assert "| two doors | 2 |  | 2 |" in page
    assert "the adapter's source" not in page
