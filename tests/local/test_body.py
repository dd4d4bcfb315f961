"""Bodies in chunks: whatever the chunks, the body is the same; and no bytes are too much for the reader."""

from __future__ import annotations

from email.message import Message
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dev.local.body import LARGEST_BODY, BadBody, TooLarge, read_body


def headers(**given: str) -> Message:
    message = Message()
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    return message


CHUNKED = headers(Transfer_Encoding="Chunked")


@given(some.lists(some.binary(min_size=1, max_size=50), max_size=10), some.booleans())
def test_chunks_make_up_the_body(chunks: list[bytes], extended: bool) -> None:
    extension, trailer = (b";name=value", b"X-Sum: 1\r\n") if extended else (b"", b"")
    sent = b"".join(b"%X%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks)
    stream = BytesIO(sent + b"0\r\n" + trailer + b"\r\nGET /next")
    assert read_body(CHUNKED, stream) == b"".join(chunks)
    assert stream.read() == b"GET /next"


@given(some.binary(max_size=100))
def test_no_bytes_are_too_much_for_the_reader(sent: bytes) -> None:
    try:
        body = read_body(CHUNKED, BytesIO(sent))
    except (BadBody, TooLarge):
        return
    assert len(body) < len(sent)


def test_a_body_by_its_length_leaves_what_follows() -> None:
    stream = BytesIO(b"hello world")
    assert read_body(headers(Content_Length="5"), stream) == b"hello"
    assert stream.read() == b" world"


def test_the_largest_body_is_taken_and_one_byte_more_is_not() -> None:
    content = bytes(LARGEST_BODY)
    assert len(read_body(headers(Content_Length=str(LARGEST_BODY)), BytesIO(content))) == LARGEST_BODY
    with pytest.raises(TooLarge):
        read_body(headers(Content_Length=str(LARGEST_BODY + 1)), BytesIO())
    with pytest.raises(TooLarge):
        read_body(CHUNKED, BytesIO(b"%X\r\n" % (LARGEST_BODY + 1)))
