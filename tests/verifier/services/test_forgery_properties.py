"""Properties: no key but a trusted one is believed, and no byte of an accepted presentation can change."""

import asyncio
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import b64url_decode, b64url_encode
from specs.jose import create_x5c
from tests.verifier.holder import NINETEEN, present, present_text
from tests.verifier.issuing import (
    ISSUER,
    PHOTO_CARD,
    PROOF_OF_AGE,
    Draft,
    SimulatedIssuer,
    leaf_below,
    private_key,
    public_key,
    stranger,
)
from tests.verifier.services.checking import HONEST, Checker
from verifier.domain.trust import Trust
from verifier.domain.verdict import Accepted, Verdict

# Damaged certificates: the library grumbles about what it will refuse itself one day; we do already.
pytestmark = [
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Attribute's length"),
]

HONEST_ISSUER, STRANGER = SimulatedIssuer(), stranger()
COLLEAGUE = leaf_below(HONEST_ISSUER.root, "colleague", uris=["https://colleague.example"])
PRESENTATION = present(HONEST_ISSUER.issue(), HONEST, NINETEEN, ("given_name",))
CHECKER = Checker(Trust((HONEST_ISSUER.trusted(PHOTO_CARD, PROOF_OF_AGE),)))
CERTIFICATES = create_x5c(
    [
        HONEST_ISSUER.leaf.certificate,
        HONEST_ISSUER.root.certificate,
        STRANGER.leaf.certificate,
        STRANGER.root.certificate,
        COLLEAGUE.certificate,
    ]
)
FORGERS = ("stranger", "stranger root", "colleague", "holder")
DRAFT = HONEST_ISSUER.draft()

any_key = st.sampled_from([dict(public_key(who).members) for who in ("issuer", "stranger", "holder")])
any_header = st.fixed_dictionaries(
    {},
    optional={
        "x5c": st.lists(st.sampled_from(CERTIFICATES), max_size=4),
        "x5t#S256": st.text(max_size=10),
        "jwk": any_key,
        "kid": st.sampled_from(["issuer", public_key("issuer").thumbprint, f"{ISSUER}#1"]),
        "jku": st.just(f"{ISSUER}/jwks"),
        "x5u": st.just(f"{ISSUER}/chain"),
        "iss": st.just(ISSUER),
        "trust_chain": st.just([ISSUER]),
        "alg": st.sampled_from(["ES256", "none", "HS256", "ES384"]),
        "typ": st.sampled_from(["dc+sd-jwt", "vc+sd-jwt"]),
    },
)
any_payload = st.fixed_dictionaries(
    {},
    optional={
        "iss": st.sampled_from([ISSUER, STRANGER.identifier, "https://colleague.example", None]),
        "vct": st.sampled_from([PHOTO_CARD, PROOF_OF_AGE]),
        "aka_vcts": st.just([PROOF_OF_AGE]),
        "extends": st.just(PHOTO_CARD),
        "cnf": st.just({"jwk": dict(public_key("holder").members)}),
    },
)


def decide(text: str) -> Verdict:
    return asyncio.run(CHECKER.card(text))


def test_the_honest_ones_are_accepted() -> None:
    assert isinstance(decide(PRESENTATION), Accepted)
    assert isinstance(decide(present_text(HONEST_ISSUER.sign(DRAFT), HONEST)), Accepted)


@settings(max_examples=150)
@given(any_header, any_payload, st.sampled_from(FORGERS))
def test_cd_008_whoever_is_not_trusted_is_never_accepted(
    header: dict[str, Any], payload: dict[str, Any], forger: str
) -> None:
    forged = Draft(DRAFT.header | header, DRAFT.payload | payload, DRAFT.disclosures)
    forged = Draft(
        forged.header, {k: v for k, v in forged.payload.items() if v is not None}, DRAFT.disclosures
    )
    text = forged.signed_by(private_key(forger))
    assert not isinstance(decide(present_text(text, HONEST)), Accepted)


@settings(max_examples=250)
@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(PRESENTATION) - 1))
    instead = data.draw(
        st.sampled_from(string.ascii_letters + string.digits + "-_.~=+/ é\x00").filter(
            lambda other: other != PRESENTATION[place]
        )
    )
    changed = PRESENTATION[:place] + instead + PRESENTATION[place + 1 :]
    assert not isinstance(decide(changed), Accepted)


@settings(max_examples=150)
@given(st.data())
def test_nothing_can_be_cut_out_or_put_in(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(PRESENTATION)))
    end = data.draw(st.integers(start, len(PRESENTATION)))
    put_in = data.draw(st.text("Aa0-_.~", max_size=3))
    changed = PRESENTATION[:start] + put_in + PRESENTATION[end:]
    if changed != PRESENTATION:
        assert not isinstance(decide(changed), Accepted)


@settings(max_examples=150)
@given(st.data())
def test_no_bit_of_what_is_encoded_can_be_changed(data: st.DataObject) -> None:
    """Each part decoded, one bit of it turned, encoded again: spelling aside, nothing is left unprotected."""
    parts = PRESENTATION.replace("~", ".").split(".")
    number = data.draw(st.integers(0, len(parts) - 1))
    content = bytearray(b64url_decode(parts[number]))
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    changed = PRESENTATION.replace(parts[number], b64url_encode(bytes(content)))
    assert not isinstance(decide(changed), Accepted)
