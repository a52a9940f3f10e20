"""Which addresses a stranger may make us call: public ones only. Pure, but for the resolver at the end."""

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Beyond what the standard library calls private: IETF assignments, 6to4 relays (to anywhere), multicast.
_REFUSED_V4 = tuple(IPv4Network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4"))
# Only 2000::/3 is handed out; in it 6to4 embeds any IPv4 address, and 3fff::/20 is for documentation.
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits

_NEVER_PUBLIC = frozenset({"localhost", "invalid", "local", "internal", "onion", "alt"})

# A host whose last label is a number is an IPv4 address to the system's resolver, in many spellings:
# 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1.
_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Whether `address` (canonical text, as a resolver gives it) belongs to the open internet."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return _is_public_v4(parsed)
    if parsed.ipv4_mapped is not None:
        return _is_public_v4(parsed.ipv4_mapped)
    if parsed in _TRANSLATED:
        return _is_public_v4(IPv4Address(int(parsed) & 0xFFFF_FFFF))
    return _is_public_v6(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _REFUSED_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return address.is_global and not any(address in network for network in _REFUSED_V6)


def is_plain_host(host: str) -> bool:
    """A name, or an address in its one canonical spelling. `host` without brackets."""
    try:
        return str(ip_address(host)) == host.lower()
    except ValueError:
        return not _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2])


def may_be_public(host: str) -> bool:
    """Whether `host` (without brackets) can belong to the open internet at all; nothing is looked up.

    Not so: addresses that are not public, in any spelling, names without a dot, and names that are never
    handed out (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476).
    """
    name = host.lower()
    try:
        parsed = ip_address(name)
    except ValueError:
        labels = name.split(".")
        inside = labels[-1] in _NEVER_PUBLIC or name.endswith(".home.arpa")
        return len(labels) > 1 and "" not in labels and not inside and is_plain_host(name)
    return str(parsed) == name and is_public(name)


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, in the system's order. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
