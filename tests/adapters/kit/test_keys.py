"""Keys of several identities, of labels, and of any length: unlike problems never share one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.kit import Action, Adapter, Json, Request, adapt, key, with_labels
from chalicelib.adapters.kit.adapter import key_of
from chalicelib.adapters.kit.keys import LONGEST, bounded
from chalicelib.adapters.kit.values import text

texts = st.text(alphabet="a|\\:=é", min_size=1, max_size=6).filter(str.strip)


@given(st.lists(texts, min_size=2, max_size=4), st.lists(texts, min_size=2, max_size=4))
def test_different_identities_never_give_the_same_key(ours: list[str], theirs: list[str]) -> None:
    assert (key(*ours) == key(*theirs)) == (ours == theirs)


def test_a_key_reads_as_what_it_is_made_of() -> None:
    assert key("alarm", "arn:aws:sns:x", 7) == "alarm|arn:aws:sns:x|7"


@pytest.mark.parametrize("missing", [None, "", "  ", [], {}])
def test_a_key_that_lacks_an_identity_is_none(missing: Json) -> None:
    assert key("alarm", "111122223333", missing) is None


def test_labels_join_a_groups_key_in_the_order_of_the_option() -> None:
    options = {"key_labels": "cluster, region"}
    assert (
        with_labels("{}:{}", options, {"region": "eu"}, {"cluster": "A", "region": "us"}) == "{}:{}|cluster=A|region=eu"
    )
    assert with_labels("{}:{}", options, {}) == "{}:{}|cluster=|region="
    assert with_labels("{}:{}", {"key_labels": None}, {"cluster": "A"}) == "{}:{}"
    assert with_labels("{}:{}", {}, {"cluster": "A"}) == "{}:{}"
    assert with_labels(None, options, {"cluster": "A"}) is None


@given(texts, texts, texts, texts)
def test_labels_never_make_unlike_groups_alike(base: str, value: str, other_base: str, other: str) -> None:
    options = {"key_labels": "a"}
    ours, theirs = with_labels(base, options, {"a": value}), with_labels(other_base, options, {"a": other})
    assert (ours == theirs) == ((base, value) == (other_base, other))


class Echo(Adapter):
    name = "Echo"

    def action(self, request: Request) -> Action:
        return Action.CREATE if request.method == "POST" else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return text(request.text) or None


def test_a_key_up_to_the_limit_is_kept_in_full() -> None:
    longest = "é" * LONGEST
    assert adapt(Echo({}), Request(body=longest.encode())).thirdparty_id == longest
    assert key_of(Echo({}), Request(body=longest.encode())) == longest


def test_longer_keys_that_begin_alike_stay_unlike() -> None:
    one, other = ("k" * 2000 + end for end in ("1", "2"))
    assert bounded(one) != bounded(other)
    assert bounded(one).startswith("k" * 900 + "…sha256:")
    assert len(bounded(one)) <= LONGEST
    assert bounded(one) == bounded(one)
    assert adapt(Echo({}), Request(body=one.encode())).thirdparty_id == bounded(one)
    assert bounded("\ud800" * 2000)


def test_a_key_that_cannot_be_read_is_none() -> None:
    class Broken(Echo):
        def thirdparty_id(self, request: Request) -> Json:
            raise KeyError("id")

    assert key_of(Broken({}), Request(body=b"x")) is None
