"""Read the body of an HTTP request: by its length or in chunks, never more than the gateway takes."""

from __future__ import annotations

from email.message import Message
from io import BufferedIOBase

LARGEST_BODY = 10 * 1024 * 1024
_LONGEST_LINE = 4096
_MOST_TRAILERS = 100


class BadBody(Exception):
    """The body cannot be told from what follows it; the text says why."""


class TooLarge(Exception):
    """The body is larger than LARGEST_BODY; the rest of it is unread."""


def read_body(headers: Message, stream: BufferedIOBase) -> bytes:
    """The whole body, without transfer encoding. Raises BadBody, TooLarge."""
    coding = headers.get("Transfer-Encoding")
    if coding is None:
        return _read_exactly(stream, _length(headers))
    if coding.strip().lower() != "chunked":
        raise BadBody("transfer encoding is not supported")
    return _read_chunks(stream)


def _length(headers: Message) -> int:
    lengths = {value.strip() for value in headers.get_all("Content-Length", ["0"])}
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit() and len(length) < 20):
        raise BadBody("content length is not valid")
    if int(length) > LARGEST_BODY:
        raise TooLarge
    return int(length)


def _read_exactly(stream: BufferedIOBase, length: int) -> bytes:
    content = stream.read(length) if length else b""
    if len(content) < length:
        raise BadBody("body is shorter than its length")
    return content


def _read_chunks(stream: BufferedIOBase) -> bytes:
    content = bytearray()
    while size := _chunk_size(stream):
        if len(content) + size > LARGEST_BODY:
            raise TooLarge
        content += _read_exactly(stream, size)
        if _line(stream):
            raise BadBody("chunk does not end with its size")
    for _ in range(_MOST_TRAILERS):
        if not _line(stream):
            return bytes(content)
    raise BadBody("body has too many trailers")


def _chunk_size(stream: BufferedIOBase) -> int:
    digits = _line(stream).partition(b";")[0].strip()
    if not 0 < len(digits) <= 16 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadBody("chunk size is not valid")
    return int(digits, 16)


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise BadBody("chunked body is cut off")
    return line.rstrip(b"\r\n")
