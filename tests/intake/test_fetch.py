"""What we fetch from others: where we go, and that no server holds us longer than we allow, however it goes about it."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.errors import Refused
from chalicelib.intake.addresses import is_public
from chalicelib.intake.fetch import Limits, fetch

Behaviour = Callable[[socket.socket], None]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


class Server:
    """A server on this machine that takes one connection and does with it what a test says."""

    def __init__(self, certificate: Path, behaviour: Behaviour, encrypted: bool) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.behaviour, self.encrypted = behaviour, encrypted
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(10)
        self.gone = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            plain, _ = self.listening.accept()
            plain.settimeout(10)
            with self.context.wrap_socket(plain, server_side=True) if self.encrypted else plain as connection:
                self.behaviour(connection)
        self.gone.set()


@pytest.fixture
def serve(certificate: Path) -> Iterator[Callable[..., Limits]]:
    """Start a server; answers the limits to fetch from it with."""
    servers = []

    def start(behaviour: Behaviour, encrypted: bool = True, seconds: float = 0.5, largest: int = 1024) -> Limits:
        server = Server(certificate, behaviour, encrypted)
        servers.append(server)
        trust = ssl.create_default_context(cafile=str(certificate))
        return Limits(lambda address: True, lambda: trust, server.listening.getsockname()[1], seconds, largest)

    yield start
    for server in servers:
        assert server.gone.wait(5), "a server was left with an open connection"
        server.listening.close()


def answering(content: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(content)

    return behave


def dripping(begin: bytes, drop: bytes) -> Behaviour:
    """Sends a little again and again, each time well within a timeout for one read, until nobody reads."""

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(begin)
        while True:
            connection.sendall(drop)
            time.sleep(0.02)

    return behave


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def test_what_a_server_answers_is_fetched(serve: Callable[..., Limits]) -> None:
    asked: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        asked.append(connection.recv(4096))
        connection.sendall(GOOD)

    assert fetch("https://localhost/a/b?c=d", serve(behave)) == b"ok"
    assert asked[0].startswith(b"GET /a/b?c=d HTTP/1.1\r\nHost: localhost\r\n")


@pytest.mark.parametrize(
    ("behaviour", "encrypted"),
    [
        (silent, True),
        (silent, False),
        (dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), True),
        (dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y"), True),
        (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"y"), True),
        (dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\ny\r\n"), True),
        (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), True),
    ],
    ids=["silence", "silence before TLS", "headers", "a header", "a body", "chunks", "interim answers"],
)
def test_a_server_that_never_ends_is_left(serve: Callable[..., Limits], behaviour: Behaviour, encrypted: bool) -> None:
    with pytest.raises(OSError) as caught:
        fetch("https://localhost/", serve(behaviour, encrypted))
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: https://localhost/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000,
    ],
)  # fmt: skip
def test_anything_but_a_small_success_is_refused(serve: Callable[..., Limits], answer: bytes) -> None:
    with pytest.raises(Refused):
        fetch("https://localhost/", serve(answering(answer), seconds=5))


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", b"garbage\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200]
)  # fmt: skip
def test_a_server_that_fails_is_to_be_asked_again(serve: Callable[..., Limits], answer: bytes) -> None:
    with pytest.raises(OSError) as caught:
        fetch("https://localhost/", serve(answering(answer), seconds=5))
    assert not isinstance(caught.value, Refused)


def test_a_certificate_of_another_host_is_not_believed(serve: Callable[..., Limits]) -> None:
    with pytest.raises(OSError, match="certificate"):
        fetch("https://127.0.0.1/", serve(silent))


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "https://example.com:8443/", "https:///x", "https://[", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:169.254.169.254]/"],
)  # fmt: skip
def test_we_do_not_go_where_it_is_not_public(url: str) -> None:
    with pytest.raises(Refused):
        fetch(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((address, True) for address in ("8.8.8.8", "1.1.1.1", "2600::1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")),
        *((address, False) for address in ("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.19.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255")),
        *((address, False) for address in ("::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::808:808", "2002:a00:1::", "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fe80::1", "ff02::1", "100::1", "5f00::1", "fd00:ec2::254")),
    ],
)  # fmt: skip
def test_an_address_is_public_by_our_own_table(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_nothing_that_python_calls_private_is_public() -> None:
    for number in range(0, 2**32, 65_521 * 97):
        address = ip_address(number)
        assert address.is_global or not is_public(str(address)), address
