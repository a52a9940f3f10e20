"""Which wallets may ask, where answers may go, and who has to prove who they are."""

import pytest

from issuer.domain.authorization import (
    ANONYMOUS,
    ClientAuthentication,
    ClientId,
    Sender,
    SenderKeys,
)
from issuer.domain.client import Client, Clients
from issuer.errors import UnknownClient, UnregisteredRedirectUri
from specs.oauth import InvalidClient, redirect_source

WALLET = Client(
    ClientId("wallet"),
    frozenset({"https://wallet.example/cb", "com.example.wallet:/cb"}),
    {"en": "Wallet", "fr": "Portefeuille"},
    ClientAuthentication.ATTESTATION,
)
REGISTERED = {"wallet": WALLET}
SANDBOX, PRODUCTION = Clients(REGISTERED, anybody=True), Clients(REGISTERED, anybody=False)


def sender(client_id: str | None, authentication: ClientAuthentication) -> Sender:
    return Sender(None if client_id is None else ClientId(client_id), authentication, SenderKeys())


@pytest.mark.parametrize("clients", [SANDBOX, PRODUCTION])
def test_a_registered_wallet_is_found_by_each_of_its_redirect_uris(clients: Clients) -> None:
    for uri in WALLET.redirect_uris:
        assert clients.find("wallet", uri) is WALLET


@pytest.mark.parametrize(
    "uri", ["https://wallet.example/cb?a=1", "https://wallet.example/cb/", "http://localhost/cb", ""]
)
@pytest.mark.parametrize("clients", [SANDBOX, PRODUCTION])
def test_a_registered_wallet_has_no_other_redirect_uri_not_even_in_the_sandbox(
    clients: Clients, uri: str
) -> None:
    with pytest.raises(UnregisteredRedirectUri):
        clients.find("wallet", uri)


def test_a_stranger_is_let_in_by_the_sandbox_where_the_answer_stays_on_the_device() -> None:
    found = SANDBOX.find("stranger", "http://127.0.0.1:4711/cb")
    assert (found.registered, found.authentication) == (False, ClientAuthentication.NONE)
    with pytest.raises(UnregisteredRedirectUri):
        SANDBOX.find("stranger", "https://stranger.example/cb")
    with pytest.raises(UnknownClient):
        PRODUCTION.find("stranger", "http://127.0.0.1:4711/cb")


def test_6_05_only_who_proves_it_is_an_attested_wallet() -> None:
    attested = sender("wallet", ClientAuthentication.ATTESTATION)
    claimed = sender("wallet", ClientAuthentication.NONE)
    SANDBOX.check_sender(attested)
    with pytest.raises(InvalidClient):
        SANDBOX.check_sender(claimed)
    for other in (ANONYMOUS, sender("stranger", ClientAuthentication.NONE)):
        SANDBOX.check_sender(other)


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://wallet.example/cb?a=1", "https://wallet.example"),
        ("http://127.0.0.1:4711/cb", "http://127.0.0.1:4711"),
        ("http://[::1]:80/cb", "http://[::1]:80"),
        ("com.example.wallet:/cb", "com.example.wallet:"),
        ("openid-credential-offer://cb", "openid-credential-offer:"),
    ],
)
def test_the_page_may_send_forms_to_the_redirects_origin_or_scheme(uri: str, source: str) -> None:
    assert redirect_source(uri) == source


@pytest.mark.parametrize(
    ("bound", "shown", "good"),
    [
        (SenderKeys(), SenderKeys(), True),
        (SenderKeys(), SenderKeys("a", "b"), True),
        (SenderKeys("a"), SenderKeys("a", "b"), True),
        (SenderKeys("a"), SenderKeys("b"), False),
        (SenderKeys("a"), SenderKeys(None, "a"), False),
        (SenderKeys("a", "b"), SenderKeys("a"), False),
        (SenderKeys("a", "b"), SenderKeys("a", "b"), True),
    ],
)
def test_every_key_that_is_bound_has_to_be_shown(bound: SenderKeys, shown: SenderKeys, good: bool) -> None:
    assert bound.satisfied_by(shown) is good
