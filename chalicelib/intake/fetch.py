"""Requests that we make to others: only https, only to public addresses, without redirects, small and short."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5.0
_LARGEST_ANSWER = 256 * 1024


class Refused(OSError):
    """The URL leads to where we do not go, or the answer was no success."""


def fetch(url: str) -> bytes:
    """GET a public https URL's bytes. Raises OSError when it cannot be had or is refused."""
    import urllib3

    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.port not in (None, 443):
        raise Refused("only https URLs on port 443 are fetched")
    address = _public_address(parts.hostname)
    pool = urllib3.HTTPSConnectionPool(
        address,
        port=443,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        timeout=_TIMEOUT_SECONDS,
        retries=False,
        cert_reqs="CERT_REQUIRED",
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        answer = pool.request("GET", target, headers={"Host": parts.hostname}, redirect=False, preload_content=False)
        content = answer.read(_LARGEST_ANSWER + 1)
    except urllib3.exceptions.HTTPError as error:
        raise OSError(f"{parts.hostname} did not answer: {type(error).__name__}") from error
    finally:
        pool.close()
    if answer.status != 200 or len(content) > _LARGEST_ANSWER:
        raise Refused(f"{parts.hostname} answered {answer.status} with {len(content)} bytes")
    return content


def _public_address(host: str) -> str:
    """One address of the host, all of which must be public; the connection is made to this very one."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    for address in found:
        if not is_public(address):
            raise Refused(f"{host} has an address that is not public")
    if not found:
        raise Refused(f"{host} has no address")
    return found[0]


def is_public(address: str) -> bool:
    """False for loopback, private, link-local and reserved addresses, also inside IPv6 forms of IPv4."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if parsed in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast
