"""Which addresses we connect to: those of the public internet, by a table of our own. Python's differs by version."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA's registries of special-purpose addresses, and multicast.
_NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
# Forms of IPv6 that lead to an IPv4 address, and how far that is shifted: mapped, translated (NAT64), 6to4.
_INNER = ((IPv6Network("::ffff:0:0/96"), 0), (IPv6Network("64:ff9b::/96"), 0), (IPv6Network("2002::/16"), 80))


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, also when it is IPv4 in a form of IPv6. Raises ValueError for
    what is no address."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC)
    inner = _inner(parsed)
    if inner is not None:
        return is_public(str(inner))
    return parsed in _PUBLIC_V6 and not any(parsed in network for network in _NOT_PUBLIC_V6)


def _inner(address: IPv6Address) -> IPv4Address | None:
    return next((IPv4Address(int(address) >> shift & 0xFFFFFFFF) for form, shift in _INNER if address in form), None)
