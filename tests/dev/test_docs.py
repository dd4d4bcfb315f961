"""The pages made from the adapters are the checked-in ones, and their examples can be pasted into a shell."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.documents import parse_json
from chalicelib.adapters.kit.examples import request_of
from dev import docs
from dev.curl_line import curl

# Stands in for curl: prints each word, then what it would read from its standard input.
FAKE_CURL = """curl() { printf '%s\\0' "$@"; case "$*" in *'@-'*) cat;; esac; }; URL=https://signalbox.example.com
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a README.md, up to date."""
    (tmp_path / "README.md").write_text(f"# Signalbox\n\n{docs.START}\nold\n{docs.END}\n\nThe end.\n")
    assert docs.main([], tmp_path) == 0
    return tmp_path


def test_the_checked_in_pages_are_what_the_adapters_make() -> None:
    names = [str(path.relative_to(docs.ROOT)) for path in docs.stale(docs.rendered())]
    assert not names, "run `python -m dev.docs` and commit what it writes"


def test_there_is_a_page_for_every_type_and_the_indexes_link_to_it(root: Path) -> None:
    index = (root / docs.PAGES / "README.md").read_text("utf-8")
    readme = (root / "README.md").read_text("utf-8")
    for slug in adapters.slugs():
        assert (root / docs.PAGES / f"{slug}.md").is_file()
        assert f"]({slug}.md)" in index
        assert f"]({docs.PAGES}/{slug}.md)" in readme


def test_the_check_names_a_stale_page_and_fails(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check"], root) == 0
    (root / docs.PAGES / "prometheus.md").write_text("edited by hand")
    capsys.readouterr()
    assert docs.main(["--check"], root) == 1
    assert capsys.readouterr().out == "stale: docs/integration-types/prometheus.md\n"
    assert (root / docs.PAGES / "prometheus.md").read_text() == "edited by hand"


def test_a_page_of_a_type_that_is_gone_is_removed(root: Path) -> None:
    gone = root / docs.PAGES / "gone.md"
    gone.write_text("")
    assert docs.main(["--check"], root) == 1
    assert docs.main([], root) == 0
    assert not gone.exists()


def test_the_readme_keeps_its_text_around_the_table(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    assert readme.startswith(f"# Signalbox\n\n{docs.START}\n| Tool |")
    assert readme.endswith(f"|\n{docs.END}\n\nThe end.\n")
    assert "old" not in readme.splitlines()


@pytest.mark.parametrize("text", [None, "no markers", f"{docs.END} {docs.START}"])
def test_a_readme_that_is_missing_or_has_no_markers_is_left_alone(
    tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = tmp_path / "README.md"
    if text is not None:
        readme.write_text(text)
    assert docs.main([], tmp_path) == 0
    assert "README.md is left alone" in capsys.readouterr().err
    assert (readme.read_text() if readme.exists() else None) == text


def test_departures_are_on_the_page_of_their_type_and_in_the_table(tmp_path: Path) -> None:
    folder = tmp_path / "tests/adapters/departures"
    folder.mkdir(parents=True)
    (folder / "prometheus.json").write_text('[{"what": "It differs.", "cases": [], "fields": ["alert.title"]}]')
    pages = docs.rendered(tmp_path)
    assert "- It differs.\n" in pages[tmp_path / docs.PAGES / "prometheus.md"]
    table = pages[tmp_path / "docs/departures.md"]
    assert "| [Prometheus](integration-types/prometheus.md) | It differs. | `alert.title` |" in table


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("slug", adapters.slugs())
def test_the_curl_line_of_a_page_sends_the_example(slug: str, exact: bool) -> None:
    given, request = load_examples(slug)["create"]["request"], request_of(load_examples(slug)["create"])
    line = curl(given, request.body, exact)
    shell = subprocess.run(["bash", "-c", FAKE_CURL + line], capture_output=True, check=True, timeout=10)
    *words, standard_input = shell.stdout.split(b"\0")
    assert any(word.startswith(b"https://signalbox.example.com/integration/int_") for word in words)
    if "form" in given:
        sent = [word.partition(b"=") for flag, word in pairwise(words) if flag == b"--data-urlencode"]
        assert [(name.decode(), value.decode()) for name, _, value in sent] == parse_qsl(request.text, True)
    elif standard_input:
        assert parse_json(standard_input.decode()) == request.json
    elif request.body:
        assert words[words.index(b"--data-binary") + 1] == request.body
