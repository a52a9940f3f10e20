"""Whole answers under attack: several credentials, published keys, what was agreed to. Never accepted."""

import asyncio
import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import b64url_decode, b64url_encode
from specs.jose import PublicJwk, create_x5c
from specs.openid4vp import create_transaction_data, create_transaction_data_claims
from tests.verifier.domain.preset_files import AUTHORITY
from tests.verifier.holder import NINETEEN, present, present_text
from tests.verifier.issuing import (
    ISSUER,
    PERSON,
    PHOTO_CARD,
    PROOF_OF_AGE,
    Draft,
    SimulatedIssuer,
    private_key,
    public_key,
    stranger,
)
from tests.verifier.services.checking import HONEST, Checker
from tests.verifier.services.test_journeys import ACTS_FOR, ACTS_FOR_PLAN, ONE_NAME, PRESETS, TRUST, WHO
from tests.verifier.surroundings import KeysByHand
from verifier.domain.trust import Mechanism, Trust
from verifier.domain.verdict import Accepted, Verdict

# Damaged certificates: the library grumbles about what it will refuse itself one day; we do already.
pytestmark = [
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Attribute's length"),
]

HONEST_ISSUER, STRANGER = SimulatedIssuer(), stranger()
AGREED = create_transaction_data(
    "ca.example", ["person", "authority"], {"text": {"en-CA": "x", "fr-CA": "y"}}
)
CONSENT = replace(HONEST, claims=create_transaction_data_claims([AGREED]))
PAIR = {
    "person": present(HONEST_ISSUER.issue(), HONEST, *WHO),
    "authority": present(HONEST_ISSUER.issue(ACTS_FOR, ACTS_FOR_PLAN, vct=AUTHORITY), CONSENT, *WHO),
}
BUSINESS = Checker(TRUST)


def decide(token: dict[str, str]) -> Verdict:
    vp_token = {query_id: [text] for query_id, text in token.items()}
    return asyncio.run(BUSINESS.decision(vp_token, PRESETS["business-authority"], AGREED)).verdict


def test_the_honest_pair_is_accepted() -> None:
    assert isinstance(decide(PAIR), Accepted)


@settings(max_examples=200)
@given(st.data())
def test_no_character_of_either_can_be_changed(data: st.DataObject) -> None:
    which = data.draw(st.sampled_from(sorted(PAIR)))
    text = PAIR[which]
    place = data.draw(st.integers(0, len(text) - 1))
    characters = string.ascii_letters + string.digits + "-_.~=+/ "
    instead = data.draw(st.sampled_from(characters).filter(lambda other: other != text[place]))
    changed = text[:place] + instead + text[place + 1 :]
    assert not isinstance(decide({**PAIR, which: changed}), Accepted)


@settings(max_examples=150)
@given(st.data())
def test_no_bit_of_either_can_be_changed(data: st.DataObject) -> None:
    which = data.draw(st.sampled_from(sorted(PAIR)))
    parts = PAIR[which].replace("~", ".").split(".")
    part = data.draw(st.sampled_from(parts))
    content = bytearray(b64url_decode(part))
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    changed = PAIR[which].replace(part, b64url_encode(bytes(content)))
    assert not isinstance(decide({**PAIR, which: changed}), Accepted)


names = st.sampled_from(["Planted-Maya", "Planted-Tremblay", "Planted-Eve", "", "PLANTED-MAYA"])
days = st.sampled_from(["1994-06-14", "1961-02-03", "1994", ""])


@settings(max_examples=60)
@given(names, names, days, st.sets(st.sampled_from(WHO)), st.sets(st.sampled_from(WHO)))
def test_nobody_elses_authority_is_accepted_whatever_is_withheld(
    given_name: str, family_name: str, born: str, of_person: set[Any], of_authority: set[Any]
) -> None:
    other = PERSON | {"given_name": given_name, "family_name": family_name, "birthdate": born}
    token = {
        "person": present(HONEST_ISSUER.issue(other), HONEST, *sorted(of_person)),
        "authority": present(
            HONEST_ISSUER.issue(ACTS_FOR, ACTS_FOR_PLAN, vct=AUTHORITY), CONSENT, *sorted(of_authority)
        ),
    }
    same = (given_name.casefold(), family_name) == ("planted-maya", "Planted-Tremblay")
    all_shown = len(of_person) == len(of_authority) == 3
    # Both are bound to one key here, so a single name is enough if it is all the name that either shows.
    only_family = of_person == of_authority == set(ONE_NAME) and family_name == "Planted-Tremblay"
    born_alike = born == ACTS_FOR["birthdate"]
    assert isinstance(decide(token), Accepted) is (born_alike and ((same and all_shown) or only_family))


PUBLISHING = replace(HONEST_ISSUER.trusted(PHOTO_CARD), issuer="https://publishing.example")
MIXED = Checker(
    Trust((HONEST_ISSUER.trusted(PROOF_OF_AGE), replace(PUBLISHING, mechanism=Mechanism.METADATA))),
    issuer_keys=KeysByHand({"https://publishing.example": []}),
)
DRAFT = HONEST_ISSUER.draft()
CERTIFICATES = create_x5c([HONEST_ISSUER.leaf.certificate, STRANGER.leaf.certificate])
any_header = st.fixed_dictionaries(
    {},
    optional={
        "x5c": st.one_of(st.none(), st.lists(st.sampled_from(CERTIFICATES), max_size=2)),
        "jwk": st.sampled_from([dict(public_key(who).members) for who in ("issuer", "stranger", "holder")]),
        "kid": st.sampled_from(["one", "two", public_key("stranger").thumbprint, 7, None]),
        "jku": st.sampled_from(["https://publishing.example/jwks", "https://stranger.example/jwks"]),
        "iss": st.just("https://publishing.example"),
    },
)
any_payload = st.fixed_dictionaries(
    {},
    optional={
        "iss": st.sampled_from([ISSUER, "https://publishing.example", "https://stranger.example", None]),
        "vct": st.sampled_from([PHOTO_CARD, PROOF_OF_AGE]),
    },
)


def published(who: str, kid: str | None) -> PublicJwk:
    known = public_key(who)
    return PublicJwk(algorithm=known.algorithm, key=known.key, members=known.members, kid=kid)


MIXED.issuer_keys.keys["https://publishing.example"] = [
    published("publisher", "one"),
    published("old", "two"),
]


@settings(max_examples=200)
@given(any_header, any_payload, st.sampled_from(["stranger", "holder", "colleague"]))
def test_cd_008_no_key_but_those_of_trusted_issuers_is_ever_accepted(
    header: dict[str, Any], payload: dict[str, Any], forger: str
) -> None:
    """Whatever the header says, with issuers of both mechanisms trusted side by side (2.13)."""
    head = {name: value for name, value in (DRAFT.header | header).items() if value is not None}
    body = {name: value for name, value in (DRAFT.payload | payload).items() if value is not None}
    text = Draft(head, body, DRAFT.disclosures).signed_by(private_key(forger))
    assert not isinstance(asyncio.run(MIXED.card(present_text(text, HONEST))), Accepted)


@settings(max_examples=100)
@given(any_header, any_payload)
def test_cd_008_a_trusted_key_counts_for_its_own_issuer_and_type_only(
    header: dict[str, Any], payload: dict[str, Any]
) -> None:
    """The key of the issuer with certificates, which is trusted for proofs of age and nothing else."""
    head = {name: value for name, value in (DRAFT.header | header).items() if value is not None}
    body = {name: value for name, value in (DRAFT.payload | payload).items() if value is not None}
    text = HONEST_ISSUER.sign(Draft(head, body, DRAFT.disclosures))
    assert not isinstance(asyncio.run(MIXED.card(present_text(text, HONEST))), Accepted)


def test_the_publishing_issuer_itself_is_accepted() -> None:
    """So that the properties above do not hold for nothing."""
    draft = DRAFT.but({"x5c": None, "kid": "one"}, iss="https://publishing.example")
    text = present(draft.signed_by(private_key("publisher")), HONEST, NINETEEN)
    assert isinstance(asyncio.run(MIXED.card(text)), Accepted)
