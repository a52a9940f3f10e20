"""Which addresses are the open internet's."""

import pytest

from trillium.runtime.addresses import is_plain_host, is_public, may_be_public, resolve

NOT_PUBLIC = {
    "127.0.0.1": "loopback",
    "127.8.9.10": "loopback",
    "0.0.0.0": "this host",  # noqa: S104 - refused, not listened on
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "shared by carriers",
    "169.254.169.254": "link-local, where clouds keep their secrets",
    "192.0.0.8": "IETF assignments",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "198.18.0.1": "benchmarks",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::ffff:127.0.0.1": "IPv4-mapped loopback",
    "::ffff:169.254.169.254": "IPv4-mapped link-local",
    "::127.0.0.1": "IPv4-compatible",
    "64:ff9b::7f00:1": "translated loopback",
    "64:ff9b:1::a00:1": "local translation",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone",
    "fec0::1": "site-local",
    "fc00::1": "unique local",
    "fd12:3456::1": "unique local",
    "ff02::1": "multicast",
    "2001::1": "Teredo",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4 of loopback",
    "3fff::1": "documentation",
    "4000::1": "not handed out",
}


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_not_public(address: str) -> None:
    """E3: a URL out of a message must not reach inside."""
    assert not is_public(address), NOT_PUBLIC[address]


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.01",
        "1.2.3.4.5",
        "a.0x7f",
        "0:0::1",
        "127.0.0.1.",
    ],
)
def test_spellings_of_addresses_are_not_hosts(host: str) -> None:
    assert not is_plain_host(host)


@pytest.mark.parametrize(
    "host",
    ["example.com", "issuer.example.", "1password.com", "127.0.0.1", "::1", "a.b1", "xn--bcher-kva.example"],
)
def test_names_and_canonical_addresses_are(host: str) -> None:
    assert is_plain_host(host)


async def test_the_resolver_gives_each_address_once() -> None:
    addresses = await resolve("localhost", 80)
    assert set(addresses) <= {"127.0.0.1", "::1"}
    assert len(addresses) == len(set(addresses)) > 0


@pytest.mark.parametrize(
    "host",
    ["shop.example", "8.8.8.8", "2606:4700:4700::1111", "a.b.c.example", "xn--shp-rna.example", "7.example"],
)
def test_hosts_that_may_be_public(host: str) -> None:
    assert may_be_public(host)
    assert may_be_public(host.upper())


@pytest.mark.parametrize(
    "host",
    [
        *NOT_PUBLIC,
        *("127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0X7F000001", "1.2.3", "010.8.8.8"),
        *("localhost", "LOCALHOST", "a.localhost", "intern", "", ".", "a..b", "example."),
        *("printer.local", "vault.internal", "box.home.arpa", "hidden.onion", "a.invalid", "a.alt"),
        "0:0:0:0:0:0:0:1",
    ],
)
def test_hosts_that_never_are(host: str) -> None:
    assert not may_be_public(host)
