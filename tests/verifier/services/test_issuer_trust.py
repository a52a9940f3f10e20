"""Trust is decided on the key that verified: every way to claim somebody else's name is refused (CD-008)."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from specs.encoding import b64url_encode, create_json
from specs.jose import create_x5c
from tests.specs.jose.certificates import CA, LEAF, Issued, self_signed
from tests.verifier.issuing import (
    ISSUER,
    NOW,
    PHOTO_CARD,
    PROOF_OF_AGE,
    SimulatedIssuer,
    authority,
    leaf_below,
    private_key,
    public_key,
    sign,
    stranger,
)
from tests.verifier.services.checking import Checker, codes
from verifier.domain.trust import FixedTrust, Trust
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected

HONEST_ISSUER = SimulatedIssuer()
STRANGER = stranger()


async def test_a_good_credential_is_accepted() -> None:
    assert isinstance(await Checker().credential(HONEST_ISSUER.issue()), Accepted)


async def test_2_07_the_certificate_may_name_the_issuer_alone() -> None:
    draft = HONEST_ISSUER.draft().but(iss=None)
    assert isinstance(await Checker().credential(HONEST_ISSUER.sign(draft)), Accepted)


async def expect(text: str, code: str, outcome: ClerkOutcome, checker: Checker | None = None) -> None:
    checker = checker or Checker()
    verdict = await checker.credential(text)
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == [code]
    assert verdict.outcome is outcome
    # 3.22: nothing is fetched for a credential that is not valid.
    assert not checker.statuses.asked


async def test_cd_008_the_issuers_name_over_a_strangers_key() -> None:
    await expect(STRANGER.issue(), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED)


async def test_cd_008_a_trusted_key_over_another_name() -> None:
    draft = HONEST_ISSUER.draft().but(iss="https://other.example")
    await expect(HONEST_ISSUER.sign(draft), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED)


@pytest.mark.parametrize(
    "changed", [f"{ISSUER}/", ISSUER.upper(), f"{ISSUER}.attacker.example", "", 7, None, []]
)
async def test_iss_is_compared_exactly(changed: object) -> None:
    draft = HONEST_ISSUER.draft()
    draft.payload["iss"] = changed
    assert not isinstance(await Checker().credential(HONEST_ISSUER.sign(draft)), Accepted)


async def test_cd_008_one_trusted_issuer_in_the_name_of_another() -> None:
    other = SimulatedIssuer(
        "https://other.example",
        authority("other"),
        leaf_below(authority("other"), "other", uris=["https://other.example"]),
    )
    checker = Checker(Trust((HONEST_ISSUER.trusted(), other.trusted(PHOTO_CARD))))
    assert isinstance(await checker.credential(HONEST_ISSUER.issue()), Accepted)
    assert isinstance(await checker.credential(other.issue()), Accepted)
    checker.statuses.asked.clear()
    draft = other.draft().but(iss=ISSUER)
    await expect(other.sign(draft), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED, checker)


async def test_issuers_below_one_authority_are_told_apart_by_their_certificates() -> None:
    root = authority("government")

    def below(identifier: str, who: str) -> SimulatedIssuer:
        return SimulatedIssuer(identifier, root, leaf_below(root, who, uris=[identifier]))

    one, two = below("https://one.example", "one"), below("https://two.example", "two")
    third = below("https://library.example", "library")
    checker = Checker(Trust((one.trusted(PHOTO_CARD), two.trusted(PHOTO_CARD))))
    assert isinstance(await checker.credential(one.issue()), Accepted)
    assert isinstance(await checker.credential(two.issue()), Accepted)
    checker.statuses.asked.clear()
    for forged in (
        two.sign(two.draft().but(iss="https://one.example")),
        third.issue(),
        third.sign(third.draft().but(iss="https://one.example")),
        third.sign(third.draft().but(iss=None)),
    ):
        await expect(forged, "untrusted_issuer", ClerkOutcome.NOT_TRUSTED, checker)


async def test_2_16_an_issuer_that_is_not_trusted_for_the_type() -> None:
    checker = Checker(Trust((HONEST_ISSUER.trusted(PROOF_OF_AGE),)))
    await expect(HONEST_ISSUER.issue(), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED, checker)


@pytest.mark.parametrize("claim", ["aka_vcts", "extends"])
async def test_2_16_other_types_that_a_credential_names_are_no_authority(claim: str) -> None:
    checker = Checker(Trust((HONEST_ISSUER.trusted(PROOF_OF_AGE),)))
    draft = HONEST_ISSUER.draft().but(**{claim: [PROOF_OF_AGE]})
    await expect(HONEST_ISSUER.sign(draft), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED, checker)


async def test_nobody_is_trusted_by_default() -> None:
    await expect(HONEST_ISSUER.issue(), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED, Checker(Trust(())))


@pytest.mark.parametrize("header", [{"jwk": {}}, {"kid": "issuer"}, {"jku": ISSUER}, {"x5u": ISSUER}])
async def test_2_13_without_a_chain_no_other_mechanism_is_tried(header: dict[str, Any]) -> None:
    draft = HONEST_ISSUER.draft().but({"x5c": None, **header})
    await expect(HONEST_ISSUER.sign(draft), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED)


async def test_a_key_in_the_header_is_no_key() -> None:
    jwk = dict(public_key("stranger").members)
    draft = HONEST_ISSUER.draft().but({"jwk": jwk})
    await expect(draft.signed_by(private_key("stranger")), "bad_signature", ClerkOutcome.NOT_GENUINE)


def chains() -> dict[str, Any]:
    honest, attacker = HONEST_ISSUER.leaf.certificate, STRANGER.leaf.certificate
    root, foreign_root = HONEST_ISSUER.root.certificate, STRANGER.root.certificate
    lone = self_signed(LEAF.but(key=private_key("stranger"), not_before=NOW - timedelta(days=1)))
    old = _leaf(not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(seconds=1))
    early = _leaf(not_before=NOW + timedelta(seconds=1), not_after=NOW + timedelta(days=9))
    below_leaf = HONEST_ISSUER.leaf.issue(LEAF.but(key=private_key("stranger")))
    good = create_x5c([honest])
    return {
        "self-signed-leaf": create_x5c([lone.certificate]),
        "anchor-in-chain": create_x5c([honest, root]),
        "anchor-as-leaf": create_x5c([root]),
        "attacker-first": create_x5c([attacker, honest]),
        "attacker-behind": create_x5c([honest, attacker]),
        "foreign-anchor-in-chain": create_x5c([attacker, foreign_root]),
        "below-a-leaf": create_x5c([below_leaf.certificate, honest]),
        "expired": create_x5c([old.certificate]),
        "not-yet-valid": create_x5c([early.certificate]),
        "twice": good * 2,
        "too-many": good * 5,
        "empty": [],
        "a-string": good[0],
        "not-base64": ["%%%"],
        "base64url": [good[0].replace("+", "-").replace("/", "_").rstrip("=") + "-"],
        "numbers": [1],
        "null": [None],
        "object": {"0": good[0]},
    }


def _leaf(**times: Any) -> Issued:
    wish = LEAF.but(key=private_key("issuer"), alternative_names=None, **times)
    return HONEST_ISSUER.root.issue(wish)


CHAINS = chains()


@pytest.mark.parametrize("defect", CHAINS)
@pytest.mark.parametrize("signer", ["issuer", "stranger"])
async def test_2_12_chains_with_a_defect(defect: str, signer: str) -> None:
    draft = HONEST_ISSUER.draft()
    draft.header["x5c"] = CHAINS[defect]
    text = draft.signed_by(private_key(signer))
    await expect(text, "untrusted_issuer", ClerkOutcome.NOT_TRUSTED)


async def test_an_authority_of_the_attackers_with_the_name_of_ours() -> None:
    twin = self_signed(
        CA.but(name="issuer", not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=9))
    )
    forger = SimulatedIssuer(ISSUER, twin, leaf_below(twin, "forger", uris=[ISSUER]))
    await expect(forger.issue(), "untrusted_issuer", ClerkOutcome.NOT_TRUSTED)


async def test_the_chain_of_the_issuer_over_a_strangers_signature() -> None:
    await expect(
        HONEST_ISSUER.draft().signed_by(private_key("stranger")), "bad_signature", ClerkOutcome.NOT_GENUINE
    )


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS384", "RS256", "ES384", "EdDSA", "es256", ""])
async def test_the_algorithm_belongs_to_the_key(alg: str) -> None:
    verdict = await Checker().credential(HONEST_ISSUER.sign(HONEST_ISSUER.draft().but({"alg": alg})))
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


async def test_an_unsecured_credential() -> None:
    draft = HONEST_ISSUER.draft().but({"alg": "none"})
    unsigned = sign(draft.header, create_json(draft.payload), private_key("issuer")).rpartition(".")[0] + "."
    verdict = await Checker().credential("~".join((unsigned, *draft.disclosures, "")))
    assert codes(verdict) == ["bad_signature"]


async def test_the_public_key_as_a_shared_secret() -> None:
    """Algorithm confusion: an HMAC whose secret is what everybody knows."""
    draft = HONEST_ISSUER.draft().but({"alg": "HS256"})
    data = f"{b64url_encode(create_json(draft.header))}.{b64url_encode(create_json(draft.payload))}"
    for secret in (HONEST_ISSUER.x5c[0].encode(), create_json(dict(public_key("issuer").members))):
        mac = hmac.digest(secret, data.encode(), hashlib.sha256)
        verdict = await Checker().credential(
            "~".join((f"{data}.{b64url_encode(mac)}", *draft.disclosures, ""))
        )
        assert codes(verdict) == ["bad_signature"]


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False},
        {"zip": "DEF"},
        {"typ": None},
        {"typ": "vc+sd-jwt"},
        {"typ": "JWT"},
    ],
    ids=["crit", "empty-crit", "b64", "zip", "no-typ", "draft-typ", "other-typ"],
)
async def test_2_01_headers_that_a_credential_cannot_have(header: dict[str, Any]) -> None:
    verdict = await Checker().raw(HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(header)))
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


async def test_trust_that_is_taken_away_counts_at_once() -> None:
    checker, text = Checker(), HONEST_ISSUER.issue()
    assert isinstance(await checker.credential(text), Accepted)
    checker.verify.trust = FixedTrust(Trust(()))
    assert codes(await checker.credential(text)) == ["untrusted_issuer"]
