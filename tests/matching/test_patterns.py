"""Patterns of users: ECMAScript's meaning, in linear time, or a clear refusal. Expectations are those of V8."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.matching.patterns import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        ("b", "", "abc", True),
        ("B", "", "abc", False),
        ("B", "i", "abc", True),
        ("É", "i", "é", True),
        ("x|b", "", "abc", True),
        ("x|B", "i", "abc", True),
        ("a$", "", "a\n", False),
        ("a$", "m", "a\n", True),
        ("a$", "m", "a\r\nb", True),
        ("^b", "m", "a\r\nb", True),
        ("^b", "", "a\nb", False),
        ("a.b", "", "a\nb", False),
        ("a.b", "", "a\rb", False),
        ("a.b", "", "a\u2028b", False),
        ("a.b", "s", "a\nb", True),
        (r"^\d$", "", "٣", False),
        (r"^\w$", "", "é", False),
        (r"^\s$", "", "\u00a0", True),
        (r"^\s$", "", "\ufeff", True),
        (r"^\S$", "", "\u2003", False),
        (r"^[\S]$", "", "\u2003", False),
        (r"^[^\s]$", "", "x", True),
        (r"a\/b", "", "a/b", True),
        (r"\u0041\x42\cJ", "", "AB\n", True),
        (r"^\u{41}$", "u", "A", True),
        (r"^u{2}$", "", "uu", True),
        (r"^\u{2}$", "", "uu", True),
        (r"\uD83D\uDE00", "", "😀", True),
        ("^.$", "u", "😀", True),
        ("[]", "", "a", False),
        ("[^]", "", "\n", True),
        (r"[\b]", "", "\b", True),
        (r"[\w-]", "", "-", True),
        (r"[a\-z]", "", "b", False),
        (r"\bfoo\b", "", "a foo b", True),
        ("a{,2}", "", "a{,2}", True),
        ("{", "", "{", True),
        ("]", "", "]", True),
        (r"\0", "", "\0", True),
        (r"\101", "", "A", True),
        (r"\8", "", "8", True),
        (r"\_\-\@", "", "_-@", True),
        ("b", "y", "ab", False),
        ("b", "g", "ab", True),
        (r"\p{Lu}", "u", "É", True),
        (r"\p{Script=Greek}", "u", "λ", True),
        (r"\P{Letter}", "u", "a", False),
        ("^(?:a|b)+?c{2}$", "", "abcc", True),
        ("K", "i", "k", True),
    ],
)
def test_patterns_mean_what_they_mean_in_ecmascript(pattern: str, flags: str, text: str, found: bool) -> None:
    compiled = compile_pattern(pattern, flags)
    assert compiled.search(text) is found
    assert (compiled.groups(text) is not None) is found


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        ("b", "abc", ["b"]),
        ("(?<key>[a-z]+)=(é+)?", "x=ééy", ["x=éé", "x", "éé"]),
        ("(a)|(b)", "b", ["b", None, "b"]),
        ("url: (\\S+)", "see url: https://x.example/é ok", ["url: https://x.example/é", "https://x.example/é"]),
        ("z", "abc", None),
    ],
)
def test_groups_are_the_whole_match_and_each_group(pattern: str, text: str, groups: list[str | None] | None) -> None:
    assert compile_pattern(pattern, "").groups(text) == groups


def test_carriage_returns_survive_in_groups_of_lines() -> None:
    assert compile_pattern("^b([^]*)$", "m").groups("a\r\nb\r\nc") == ["b\r\nc", "\r\nc"]


@pytest.mark.parametrize(
    ("pattern", "flags", "message"),
    [
        ("a(?=b)", "", "lookahead"),
        ("a(?!b)", "", "lookahead"),
        ("(?<=a)b", "", "lookbehind"),
        ("(?<!a)b", "", "lookbehind"),
        (r"(a)\1", "", "backreference"),
        (r"(?<n>a)\k<n>", "", "named backreference"),
        ("a{1001}", "", "more than 1000 times"),
        ("(a{1000}){1000}", "", "too large"),
        ("x" * 2001, "", "longer than 2000"),
        (r"\p{L}", "", "needs the flag u"),
        (r"\p{Emoji}", "u", "not supported"),
        (r"\p{Zq}", "u", "not supported"),
        (r"\p", "u", "general category"),
        (r"\uD83D", "", "half a surrogate pair"),
        ("\ud83d", "", "half a surrogate pair"),
        ("(?i:a)", "", "unknown group"),
        ("(", "", "not closed"),
        ("a)", "", "not opened"),
        ("[a", "", "not closed"),
        ("[b-a]", "", "out of order"),
        ("a{2,1}", "", "out of order"),
        ("*", "", "nothing to repeat"),
        ("a**", "", "nothing to repeat"),
        ("^*", "", "nothing to repeat"),
        ("a|*", "", "nothing to repeat"),
        ("\\", "", "lone \\"),
        ("(?<1>a)", "", "group's name"),
        ("(?<a>.)(?<a>.)", "", "twice"),
        (r"\_", "u", "not allowed under the flag u"),
        (r"\1", "u", "backreference"),
        (r"\u{110000}", "u", "10FFFF"),
        (r"\c", "u", "followed by a letter"),
        (r"[\w-a]", "u", "range"),
        ("]", "u", "lone ]"),
        ("a", "x", "unknown flag 'x'"),
        ("a", "ii", "twice"),
        ("a", "v", "flag v"),
    ],
)
def test_what_is_refused_is_named(pattern: str, flags: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        compile_pattern(pattern, flags)
    assert message in str(caught.value)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a*)*b", "^(([a-z])+.)+[A-Z]$", "(.*)(.*)(.*)(.*)x"])
def test_catastrophic_patterns_run_in_linear_time(pattern: str) -> None:
    compiled = compile_pattern(pattern, "")
    start = time.process_time()
    compiled.search("a" * 5000 + "!")
    compiled.groups("a" * 5000 + "!")
    assert time.process_time() - start < 0.5


def test_only_text_is_searched() -> None:
    for pattern, flags in (("a", ""), ("a", "i"), ("a|b", ""), ("a+", "")):
        for value in (None, 5, True, ["a"], {"a": "a"}):
            assert compile_pattern(pattern, flags).search(value) is False


def test_half_surrogate_pairs_in_text_do_no_harm() -> None:
    for pattern, flags in ((".", ""), ("a", ""), ("a", "i"), (r"\w", "m")):
        assert compile_pattern(pattern, flags).search("\ud800a") is True
        assert compile_pattern(pattern, flags).groups("\ud800a\udfff") is not None


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="ab|*+?.^$()[]{}\\-,1dwsbBSkpucx<=!:n/é", max_size=20),
    st.text(alphabet="gimsuy", max_size=2),
    st.text(max_size=20),
)
def test_any_pattern_is_refused_or_runs_on_any_text(pattern: str, flags: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern, flags)
    except ValueError:
        return
    assert compiled.search(text) is (compiled.groups(text) is not None)
