"""Ministack, the emulator of AWS: installs it in .venv-e2e, runs it on 127.0.0.1, stops it.

It runs with TLS and with IAM enforced, so the roles and the TLS-only policies of the template are put to the test.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = ROOT / ".venv-e2e"
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
HOST, REGION = "127.0.0.1", "eu-west-1"
START_SECONDS = 30.0


class EmulatorError(Exception):
    """The emulator did not start; the text says why."""


def install() -> Path:
    """The Python of .venv-e2e, made when it is missing or its requirements have changed. Functions run in it, so it
    is of the version that packages."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".installed"
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}\n{REQUIREMENTS.read_text()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True, timeout=120)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", str(REQUIREMENTS)]
        subprocess.run(pip, check=True, timeout=600)
        stamp.write_text(wanted)
    return python


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The emulator's endpoint, while it runs. `folder` takes its log, certificate and scratch files; this process's
    AWS settings are made to point to it."""
    python = install()
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = _certificate(folder)
    port = _free_port()
    endpoint = f"https://{HOST}:{port}"
    os.environ.update(_client_settings(endpoint, certificate))
    os.environ.pop("AWS_PROFILE", None)
    with (folder / "emulator.log").open("wb") as log:
        environment = {**os.environ, **_settings(folder, port, certificate, key)}
        process = subprocess.Popen(
            [python, "-m", "ministack"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _await(process, endpoint, certificate, folder / "emulator.log")
            yield endpoint
        finally:
            _stop(process)
            shutil.rmtree(folder / "scratch", ignore_errors=True)


def trust() -> ssl.SSLContext:
    """A TLS context that trusts the emulator's certificate."""
    return ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])


def _client_settings(endpoint: str, certificate: Path) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CA_BUNDLE": str(certificate),
        "AWS_ACCESS_KEY_ID": "test",  # the emulator's root user
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def _settings(folder: Path, port: int, certificate: Path, key: Path) -> dict[str, str]:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(scratch),
        "S3_DATA_DIR": str(scratch),
        "TMPDIR": str(scratch),
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
    return port


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this host for a day, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST)), x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return (folder / "certificate.pem").resolve(), (folder / "key.pem").resolve()


def _await(process: subprocess.Popen[bytes], endpoint: str, certificate: Path, log: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2, context=context):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise EmulatorError(f"the emulator did not start; its last words:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the emulator and the functions it started: they share its session."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(3)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
