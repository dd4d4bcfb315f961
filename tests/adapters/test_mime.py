"""MIME is read as the standard library reads it where that ends, and in linear time where it does not."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.kit.mail import addresses_in, lightened, read_mail
from chalicelib.adapters.kit.mime import leaves, parameter, read_part

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C",), include_characters="\n "), max_size=200)


@st.composite
def mails(draw: st.DrawFn) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "m@example.com"
    message["Subject"] = " ".join(draw(st.lists(words, min_size=1, max_size=5)))
    message.set_content(draw(texts), charset=draw(st.sampled_from(["utf-8", "utf-16"])))
    if draw(st.booleans()):
        message.add_alternative(draw(texts), subtype="html")
    for name in draw(st.lists(words, max_size=3)):
        message.add_attachment(draw(st.binary(max_size=100)), maintype="application", subtype="x", filename=name)
    return message


@settings(max_examples=200, deadline=None)
@given(mails(), st.sampled_from([policy.SMTP, policy.default]))
def test_mails_are_read_as_the_standard_library_reads_them(message: EmailMessage, lines: Any) -> None:
    raw = message.as_bytes(policy=lines)
    theirs: Any = BytesParser(policy=policy.default).parsebytes(raw)
    expected = [part for part in theirs.walk() if not part.is_multipart()]
    ours = leaves(read_part(raw))
    assert [part.content_type for part in ours] == [part.get_content_type() for part in expected]
    assert [part.filename for part in ours] == [part.get_filename() for part in expected]
    assert [part.content for part in ours] == [part.get_payload(decode=True) for part in expected]
    read = read_mail(raw)
    assert read.header("subject") == theirs["subject"]
    assert read.text == theirs.get_body(("plain",)).get_content().replace("\r\n", "\n")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--",
                b"\r\n",
                b"\n",
                b"\r",
                b"Content-Type: multipart/mixed; boundary=b",
                b"boundary*0=",
                b": ",
                b"=",
                b"\x00",
                b"A",
            ]
        ),
        max_size=40,
    ).map(b"".join)
)
def test_any_bytes_are_read_and_no_byte_is_read_twice(raw: bytes) -> None:
    parts = leaves(read_part(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + raw))
    spans = [(part.body_start, part.end) for part in parts]
    assert all(start <= end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(isinstance(part.content, bytes) for part in parts)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Monitor <monitor@example.com>", ["monitor@example.com"]),
        ('"Doe, Jane" <jane@example.com>, b@example.com', ["jane@example.com", "b@example.com"]),
        ('"jane@home" <jane@example.com>', ["jane@example.com"]),
        ("jane@example.com (Jane, at work)", ["jane@example.com"]),
        ("team: a@example.com, b@example.com;", ["a@example.com", "b@example.com"]),
        ("undisclosed-recipients:;", []),
        ("root", ["root"]),
        ("a@example.com, a@example.com", ["a@example.com"]),
        ("<>", []),
        ("", []),
    ],
)
def test_addresses_are_read_out_of_headers(source: str, found: list[str]) -> None:
    assert addresses_in(source) == found


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('a@.,;:<>()"\\ \n'), max_size=60))
def test_any_header_has_addresses_or_none(source: str) -> None:
    assert all(address.strip() == address != "" for address in addresses_in(source))


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ("text/plain; charset=utf-8", "charset", "utf-8"),
        ('a/b; name="x;y"', "name", "x;y"),
        ("a/b; name*=utf-8''caf%C3%A9", "name", "caf\u00e9"),
        ("a/b; name*0=\"x\"; name*1=\"y\"", "name", "xy"),
        ("a/b; name*=punycode''caf-dma", "name", "caf-dma"),
        ("a/b; boundary*=x; boundary*1=y", "boundary", None),
        ("a/b", "name", None),
        (None, "name", None),
    ],
)  # fmt: skip
def test_parameters_are_read_in_any_way_that_mime_writes_them(header: str | None, name: str, value: str | None) -> None:
    assert parameter(header, name) == value


def test_a_large_mail_loses_its_attachments_and_keeps_the_rest() -> None:
    message = EmailMessage()
    message["Subject"] = "s"
    message.set_content("the text")
    message.add_attachment(b"x" * 100_000, maintype="application", subtype="x", filename="large.bin")
    raw = message.as_bytes()
    light = lightened(raw, 10_000)
    assert len(light) < 2000
    assert read_mail(light) == read_mail(raw)
    assert lightened(raw, 1_000_000) is raw
    assert len(lightened(b"Subject: s\r\n\r\n" + b"x" * 100_000, 10_000)) == 10_000
