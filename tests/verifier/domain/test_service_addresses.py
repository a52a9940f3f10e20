"""Addresses of relying services: what may be registered, and what every odd spelling is refused for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.jose import public_jwk_of
from tests.verifier.domain.callable import CALLABLE, LAPTOP
from tests.verifier.issuing import SimulatedIssuer
from trillium.runtime.addresses import may_be_public
from verifier.domain.callable_addresses import CallableAddresses
from verifier.domain.service_addresses import MAX_LENGTH, MAX_RETURN_URLS, Addresses, verify_addresses
from verifier.errors import BadReturnUrl, BadServiceAddress, BadSite, BadWebhookUrl

SITE = "https://shop.example"

BAD_ANYWHERE = {
    "empty": "",
    "no-scheme": "shop.example/back",
    "http": "http://shop.example/back",
    "another-scheme": "javascript://shop.example/%0aalert(1)",
    "custom-scheme": "shop://back",
    "user": "https://shop.example@evil.example/",
    "empty-user": "https://@shop.example/",
    "fragment": "https://shop.example/#back",
    "empty-fragment": "https://shop.example/#",
    "no-host": "https:///back",
    "upper-case-host": "https://Shop.example/back",
    "backslash": "https://shop.example\\@evil.example/",
    "space": "https://shop.example/a b",
    "line-feed": "https://shop.example/\nSet-Cookie:a",
    "beyond-ascii": "https://shöp.example/",
    "port-zero": "https://shop.example:0/",
    "port-too-high": "https://shop.example:65536/",
    "port-no-number": "https://shop.example:https/",
    "ipv6-broken": "https://[::1/",
    "quotation-mark": 'https://shop.example/"',
    "too-long": "https://shop.example/" + "a" * MAX_LENGTH,
}


def registered(*return_urls: str, site: str | None = SITE, webhook: str | None = None) -> Addresses:
    addresses = Addresses(site=site, return_urls=return_urls, webhook_url=webhook)
    return verify_addresses(addresses, callable_ones=CALLABLE)


def test_nothing_needs_to_be_registered() -> None:
    assert verify_addresses(Addresses(), callable_ones=CALLABLE) == Addresses()


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/back?a=1&b=%20",
        SITE,
        "https://www.shop.example/back",
        "https://shop.example:443/",
    ],
)
def test_addresses_on_the_site_come_back_as_they_were(url: str) -> None:
    assert registered(url).return_urls == (url,)


def test_the_site_follows_from_the_first_return_url() -> None:
    assert registered("https://shop.example:8443/back", site=None).site == "https://shop.example:8443"


@pytest.mark.parametrize("defect", BAD_ANYWHERE)
def test_what_is_no_plain_https_address_is_refused_everywhere(defect: str) -> None:
    url = BAD_ANYWHERE[defect]
    with pytest.raises(BadReturnUrl):
        registered(url)
    with pytest.raises(BadWebhookUrl):
        registered(webhook=url)
    with pytest.raises(BadSite):
        registered(site=url)


@pytest.mark.parametrize("site", [SITE + "/", SITE + "/shop", SITE + "?a", SITE + ":443"])
def test_a_site_is_an_origin_and_nothing_more(site: str) -> None:
    with pytest.raises(BadSite):
        registered(site=site)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://evilshop.example/",
        "https://shop.example.evil.example/",
        LAPTOP + "/",
    ],
)
def test_people_come_back_to_the_site_that_they_were_told_of(url: str) -> None:
    with pytest.raises(BadReturnUrl):
        registered("https://shop.example/back", url)


def test_http_only_at_exact_origins_of_ones_own_machine() -> None:
    assert registered(LAPTOP + "/back", site=None, webhook=LAPTOP + "/hook").site == LAPTOP
    for other in ("http://localhost:9001/hook", "http://localhost/hook", "http://127.0.0.1:9000/hook"):
        with pytest.raises(BadWebhookUrl):
            registered(webhook=other)


def test_no_address_twice_and_not_too_many() -> None:
    urls = [f"{SITE}/{number}" for number in range(MAX_RETURN_URLS)]
    assert len(registered(*urls).return_urls) == MAX_RETURN_URLS
    for wrong in ((*urls, f"{SITE}/one-more"), (urls[0], urls[0])):
        with pytest.raises(BadReturnUrl):
            registered(*wrong)


def test_the_key_for_evidence_is_left_alone() -> None:
    key = public_jwk_of(SimulatedIssuer().root.certificate.public_key())
    assert verify_addresses(Addresses(evidence_key=key), callable_ones=CALLABLE).evidence_key == key


NEVER_CALLED = {
    "loopback": "https://127.0.0.1/",
    "loopback-with-port": "https://127.0.0.1:8765/x",
    "loopback-number": "https://2130706433/",
    "loopback-hexadecimal": "https://0x7f.1/",
    "loopback-octal": "https://0177.0.0.1/",
    "loopback-short": "https://127.1/",
    "this-machine": "https://localhost/",
    "this-machine-below": "https://hook.localhost/",
    "unspecified": "https://0.0.0.0/",
    "metadata-of-a-cloud": "https://169.254.169.254/latest",
    "private": "https://10.0.0.1/",
    "private-home": "https://192.168.1.1/",
    "shared": "https://100.64.0.1/",
    "documentation": "https://203.0.113.5/",
    "multicast": "https://224.0.0.1/",
    "name-without-a-dot": "https://intern/",
    "name-of-a-house": "https://printer.local/",
    "name-of-a-company": "https://vault.internal/",
    "name-at-home": "https://box.home.arpa/",
    "our-own": "http://localhost:8000/verifier/openid/par",
    "our-own-other-application": "http://localhost:8000/issuer/management/offers",
    "our-own-by-number": "http://127.0.0.1:8000/x",
}


@pytest.mark.parametrize("defect", NEVER_CALLED)
def test_a_webhook_that_could_never_be_called_is_not_registered(defect: str) -> None:
    with pytest.raises(BadWebhookUrl):
        registered(webhook=NEVER_CALLED[defect])


@pytest.mark.parametrize(
    "url",
    ["https://own.example/", "https://OWN.example:443/x", "http://own.example:443/", "https://own.example./"],
)
def test_in_service_nobody_has_us_call_ourselves(url: str) -> None:
    ours = CallableAddresses(may_be_public, (), "https://own.example/verifier")
    assert ours.fault_of(url) == "is an address of ours"
    assert ours.fault_of("https://own.example:8443/") == ""
    assert ours.fault_of("https://other.example/") == ""


def test_public_hosts_and_the_services_of_a_laptop_stay_usable() -> None:
    for url in ("https://hook.example/in", "https://8.8.8.8/in", f"{LAPTOP}/hook"):
        assert registered(webhook=url).webhook_url == url


@given(st.text(max_size=80))
def test_every_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        assert registered(webhook=f"https://{text}").webhook_url == f"https://{text}"
    except BadServiceAddress:
        return
