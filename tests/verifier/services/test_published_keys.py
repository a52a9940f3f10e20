"""Issuers that publish their keys (2.11): the trust list says so, never the credential (2.13)."""

from dataclasses import replace
from typing import Any

import pytest

from specs.jose import PublicJwk
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import ISSUER, PHOTO_CARD, SimulatedIssuer, private_key, public_key, stranger
from tests.verifier.services.checking import HONEST, Checker, codes
from tests.verifier.surroundings import KeysByHand
from verifier.domain.trust import Mechanism, Trust
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected, Undetermined

SIMULATED = SimulatedIssuer()
PUBLISHING = replace(SIMULATED.trusted(PHOTO_CARD), mechanism=Mechanism.METADATA)
ELSEWHERE = "https://elsewhere.example"


def key(who: str, kid: str | None = None) -> PublicJwk:
    known = public_key(who)
    return PublicJwk(algorithm=known.algorithm, key=known.key, members=known.members, kid=kid)


def checker(*keys: PublicJwk, trusted: Trust | None = None) -> Checker:
    published = KeysByHand({ISSUER: list(keys)} if keys else {})
    return Checker(trusted or Trust((PUBLISHING,)), issuer_keys=published)


def credential(signer: str = "issuer", header: dict[str, Any] | None = None, **payload: Any) -> str:
    draft = SIMULATED.draft().but({"x5c": None, "kid": "one", **(header or {})}, **payload)
    return present(draft.signed_by(private_key(signer)), HONEST, NINETEEN)


async def test_2_11_a_published_key_verifies() -> None:
    checking = checker(key("issuer", "one"))
    decision = await checking.decision({"photo_card": [credential()]}, "age-19-or-over")
    assert isinstance(decision.verdict, Accepted)
    assert [one.chain for one in decision.checked] == [()]
    assert checking.issuer_keys.asked == [(ISSUER, "one")]


async def test_without_a_kid_the_key_that_signed_is_found() -> None:
    checking = checker(key("stranger", "a"), key("issuer", "b"), key("holder", "c"))
    assert isinstance(await checking.card(credential(header={"kid": None})), Accepted)
    assert checking.issuer_keys.asked == [(ISSUER, None)]


@pytest.mark.parametrize("kid", [7, [], {"one": 1}, True])
async def test_a_kid_that_is_no_text_is_none(kid: object) -> None:
    checking = checker(key("issuer", "one"))
    await checking.card(credential(header={"kid": kid}))
    assert checking.issuer_keys.asked == [(ISSUER, None)]


async def test_an_unknown_kid_is_not_trusted() -> None:
    assert codes(await checker(key("issuer", "two")).card(credential())) == ["untrusted_issuer"]


async def test_keys_that_cannot_be_had_say_nothing_about_the_credential() -> None:
    verdict = await checker().card(credential())
    assert isinstance(verdict, Undetermined)
    assert codes(verdict) == ["issuer_keys_unavailable"]
    assert verdict.outcome is ClerkOutcome.CANNOT_TELL


async def test_cd_008_another_key_under_the_issuers_name() -> None:
    checking = checker(key("issuer", "one"))
    assert codes(await checking.card(credential("stranger"))) == ["bad_signature"]
    own = dict(public_key("stranger").members)
    assert codes(await checking.card(credential("stranger", {"jwk": own}))) == ["bad_signature"]


async def test_cd_008_nobody_else_is_ever_asked_for_keys() -> None:
    checking = checker(key("issuer", "one"))
    for header in ({"jku": f"{ELSEWHERE}/jwks"}, {"x5u": f"{ELSEWHERE}/chain"}, {}):
        for payload in ({"iss": ELSEWHERE}, {"iss": None}, {"iss": f"{ISSUER}/"}):
            verdict = await checking.card(credential("stranger", header, **payload))
            assert codes(verdict) == ["untrusted_issuer"]
    assert checking.issuer_keys.asked == []


async def test_2_13_a_publishing_issuer_cannot_be_stood_for_by_a_chain() -> None:
    """Its anchors are above its status lists only; a certificate below them is not its credential key."""
    checking = checker(key("issuer", "one"))
    verdict = await checking.card(present(SIMULATED.issue(), HONEST, NINETEEN))
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["untrusted_issuer"]
    assert checking.issuer_keys.asked == []


async def test_2_13_an_issuer_with_certificates_cannot_be_stood_for_by_published_keys() -> None:
    checking = checker(key("issuer", "one"), trusted=Trust((SIMULATED.trusted(PHOTO_CARD),)))
    assert codes(await checking.card(credential())) == ["untrusted_issuer"]
    assert checking.issuer_keys.asked == []


async def test_2_16_a_type_that_the_publishing_issuer_is_not_trusted_for() -> None:
    other = replace(PUBLISHING, vcts=frozenset({"https://issuer.example/types/other/1"}))
    checking = checker(key("issuer", "one"), trusted=Trust((other,)))
    assert codes(await checking.card(credential())) == ["untrusted_issuer"]
    assert checking.issuer_keys.asked == []


async def test_both_kinds_of_issuers_side_by_side() -> None:
    publishing = replace(PUBLISHING, issuer=ELSEWHERE)
    trusted = Trust((SIMULATED.trusted(PHOTO_CARD), publishing))
    checking = Checker(trusted, issuer_keys=KeysByHand({ELSEWHERE: [key("stranger", "one")]}))
    assert isinstance(await checking.card(present(SIMULATED.issue(), HONEST, NINETEEN)), Accepted)
    assert isinstance(await checking.card(credential("stranger", iss=ELSEWHERE)), Accepted)
    # Either one in the name of the other.
    assert codes(await checking.card(credential("stranger", iss=ISSUER))) == ["untrusted_issuer"]
    in_its_name = SIMULATED.sign(SIMULATED.draft().but(iss=ELSEWHERE))
    assert codes(await checking.card(present(in_its_name, HONEST, NINETEEN))) == ["untrusted_issuer"]
    forged = stranger(ELSEWHERE).issue()
    assert codes(await checking.card(present(forged, HONEST, NINETEEN))) == ["untrusted_issuer"]
