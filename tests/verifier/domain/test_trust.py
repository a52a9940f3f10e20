"""Whose chain is it? An authority certifies more than one: the leaf has to name the issuer (2.12)."""

import pytest

from specs.jose import VerifiedChain, verify_chain
from tests.verifier.issuing import (
    ISSUER,
    NOW,
    PHOTO_CARD,
    PROOF_OF_AGE,
    SimulatedIssuer,
    authority,
    leaf_below,
)
from verifier.domain.trust import Trust

HOST = "issuer.example"


def chain(uris: list[str], hosts: list[str]) -> VerifiedChain:
    leaf = leaf_below(authority("issuer"), "somebody", uris=uris, hosts=hosts)
    return verify_chain([leaf.certificate], SimulatedIssuer().anchors, now=NOW)


@pytest.mark.parametrize(
    ("uris", "hosts", "named"),
    [
        ([ISSUER], [HOST], True),
        (["https://other.example", ISSUER], [], True),
        ([], [HOST], True),
        ([], ["other.example", "Issuer.Example"], True),
        ([], [], False),
        (["https://other.example"], [], False),
        (["https://other.example"], [HOST], False),
        ([f"{ISSUER}/"], [], False),
        ([f"{ISSUER}/tenant"], [HOST], False),
        (["https://issuer.example.attacker.example"], [], False),
        ([], ["sub.issuer.example"], False),
        ([], ["*.example"], False),
    ],
    ids=[
        "uri-and-host",
        "one-of-two-uris",
        "host-only",
        "host-in-another-case",
        "no-names",
        "another-uri",
        "another-uri-on-the-same-host",
        "uri-with-a-slash",
        "uri-of-a-tenant",
        "longer-host",
        "host-below",
        "wildcard",
    ],
)
def test_the_leaf_names_the_issuer(uris: list[str], hosts: list[str], named: bool) -> None:
    assert SimulatedIssuer().trusted().is_named_by(chain(uris, hosts)) is named


def test_2_16_an_issuer_is_trusted_for_its_types_only() -> None:
    cards, ages = SimulatedIssuer().trusted(PHOTO_CARD), SimulatedIssuer().trusted(PROOF_OF_AGE)
    trust = Trust((cards, ages))
    assert list(trust.for_type(PHOTO_CARD)) == [cards]
    assert list(trust.for_type(PROOF_OF_AGE)) == [ages]
    for other in ("", PHOTO_CARD.upper(), f"{PHOTO_CARD}/", "photo-card"):
        assert not list(trust.for_type(other))
    assert not list(Trust(()).for_type(PHOTO_CARD))
