"""Disclosures: whatever an issuer did not sign as it is shown is refused (1.21 to 1.29, 1.33)."""

import hashlib
import json
from typing import Any

import pytest

from specs.encoding import b64url_decode, b64url_encode
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import PHOTO_CARD, SimulatedIssuer, private_key
from tests.verifier.services.checking import HONEST, Checker, codes
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected

HONEST_ISSUER = SimulatedIssuer()


def disclosure(*content: object) -> str:
    return b64url_encode(json.dumps(content).encode())


def digest(encoded: str) -> str:
    return b64url_encode(hashlib.sha256(encoded.encode()).digest())


async def refused(text: str, code: str) -> None:
    verdict = await Checker().raw(text)
    assert isinstance(verdict, Rejected)
    assert set(codes(verdict)) == {code}
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


async def test_all_claims_may_be_shown() -> None:
    assert isinstance(await Checker().raw(HONEST_ISSUER.issue()), Accepted)


async def test_1_27_a_disclosure_that_nothing_refers_to() -> None:
    stray = disclosure("salt-salt-salt-salt-salt", "given_name", "Eve")
    await refused(f"{HONEST_ISSUER.issue()}{stray}~", "bad_disclosure")


async def test_1_27_a_disclosure_of_another_copy() -> None:
    other = HONEST_ISSUER.issue().split("~")[1]
    await refused(f"{HONEST_ISSUER.issue()}{other}~", "bad_disclosure")


async def test_1_27_a_child_without_its_parent() -> None:
    draft = HONEST_ISSUER.draft()
    kept = [one for one in draft.disclosures if b'"address"' not in b64url_decode(one)]
    assert len(kept) == len(draft.disclosures) - 1
    await refused("~".join((HONEST_ISSUER.sign(draft).split("~")[0], *kept, "")), "bad_disclosure")


async def test_a_tampered_disclosure() -> None:
    draft = HONEST_ISSUER.draft()
    salt = json.loads(b64url_decode(draft.disclosures[0]))[0]
    forged = (disclosure(salt, "given_name", "Eve"), *draft.disclosures[1:])
    jwt = HONEST_ISSUER.sign(draft).split("~")[0]
    await refused("~".join((jwt, *forged, "")), "bad_disclosure")


async def test_1_33_a_disclosure_sent_twice() -> None:
    text = HONEST_ISSUER.issue()
    await refused(f"{text}{text.split('~')[1]}~", "bad_disclosure")


async def test_1_26_a_digest_that_occurs_twice() -> None:
    """swiyu #883: also where nothing is disclosed under it."""
    for add_to in ("age_equal_or_over", "_sd"):
        draft = HONEST_ISSUER.draft()
        repeated = draft.payload["_sd"][0]
        target = draft.payload["_sd"] if add_to == "_sd" else draft.payload[add_to]["_sd"]
        target.append(repeated)
        await refused(HONEST_ISSUER.sign(draft), "bad_disclosure")
        hidden = "~".join((HONEST_ISSUER.sign(draft).split("~")[0], ""))
        assert codes(await Checker().raw(hidden)) == ["bad_disclosure"]


@pytest.mark.parametrize("name", ["_sd", "...", "issuing_country", "iss"])
async def test_1_25_names_that_are_taken_or_reserved(name: str) -> None:
    draft = HONEST_ISSUER.draft()
    hidden = disclosure("salt-salt-salt-salt-salt", name, "https://attacker.example")
    draft.payload["_sd"].append(digest(hidden))
    await refused(f"{HONEST_ISSUER.sign(draft)}{hidden}~", "bad_disclosure")


@pytest.mark.parametrize("claim", ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"])
async def test_2_03_claims_that_are_never_disclosed(claim: str) -> None:
    """Vector credential-vct-selectively-disclosed, for every such claim."""
    draft = HONEST_ISSUER.draft()
    value = draft.payload.pop(claim, "value")
    hidden = disclosure("salt-salt-salt-salt-salt", claim, value)
    draft.payload["_sd"].append(digest(hidden))
    assert not isinstance(await Checker().raw(f"{HONEST_ISSUER.sign(draft)}{hidden}~"), Accepted)


@pytest.mark.parametrize("claim", ["exp", "cnf", "vct", "status"])
async def test_1_29_claims_that_cannot_be_withheld(claim: str) -> None:
    draft = HONEST_ISSUER.draft()
    hidden = disclosure("salt-salt-salt-salt-salt", claim, draft.payload.pop(claim))
    draft.payload["_sd"].append(digest(hidden))
    assert not isinstance(await Checker().raw(HONEST_ISSUER.sign(draft)), Accepted)


async def test_a_hidden_type_is_no_type() -> None:
    draft = HONEST_ISSUER.draft()
    hidden = disclosure("salt-salt-salt-salt-salt", "vct", PHOTO_CARD)
    del draft.payload["vct"]
    draft.payload["_sd"].append(digest(hidden))
    assert codes(await Checker().raw(f"{HONEST_ISSUER.sign(draft)}{hidden}~")) == ["untrusted_issuer"]


@pytest.mark.parametrize("algorithm", ["sha-1", "md5", "SHA-256", "", 256, None, ["sha-256"]])
async def test_1_23_digest_algorithms(algorithm: object) -> None:
    draft = HONEST_ISSUER.draft()
    draft.payload["_sd_alg"] = algorithm
    verdict = await Checker().raw(HONEST_ISSUER.sign(draft))
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


DISCLOSURES = {
    "empty": "",
    "object": "e30",
    "no-elements": "W10",
    "one": disclosure("salt"),
    "four": disclosure("a", "b", "c", "d"),
    "name-a-number": disclosure("salt", 7, "x"),
    "not-base64url": "%%%",
    "padded": "W10=",
    "not-utf-8": b64url_encode(b'["salt","name","\xff"]'),
    "repeated-member": b64url_encode(b'["s","n",{"a":1,"a":2}]'),
}


@pytest.mark.parametrize("defect", DISCLOSURES)
async def test_1_24_malformed_disclosures(defect: str) -> None:
    draft, encoded = HONEST_ISSUER.draft(), DISCLOSURES[defect]
    draft.payload["_sd"].append(digest(encoded))
    verdict = await Checker().raw(f"{HONEST_ISSUER.sign(draft)}{encoded}~")
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


@pytest.mark.parametrize("value", ["digest", [7], {"a": 1}, None], ids=["text", "numbers", "object", "null"])
async def test_1_33_digests_in_another_form(value: Any) -> None:
    draft = HONEST_ISSUER.draft()
    draft.payload["_sd"] = value
    verdict = await Checker().raw(HONEST_ISSUER.sign(draft))
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


def texts() -> dict[str, str]:
    good = present(HONEST_ISSUER.issue(), HONEST, NINETEEN)
    jwt, shown, proof = good.split("~")
    head, payload, signature = jwt.split(".")
    twice = b'{"iss":"https://issuer.example","iss":"https://issuer.example"}'
    return {
        "no-tilde": jwt,
        "only-tildes": "~~~",
        "leading-tilde": f"~{good}",
        "trailing-tilde": f"{good}~",
        "empty-disclosure": f"{jwt}~{shown}~~{proof}",
        "two-parts": f"{head}.{payload}~{shown}~{proof}",
        "four-parts": f"{jwt}.{signature}~{shown}~{proof}",
        "no-signature": f"{head}.{payload}.~{shown}~{proof}",
        "padded": f"{head}=.{payload}.{signature}~{shown}~{proof}",
        "space": f" {good}",
        "new-line": f"{good}\n",
        "json-serialisation": json.dumps({"payload": payload, "signatures": []}),
        "payload-an-array": f"{head}.{b64url_encode(b'[]')}.{signature}~{shown}~{proof}",
        "repeated-member": f"{head}.{b64url_encode(twice)}.{signature}~{shown}~{proof}",
        "too-deep": f"{head}.{b64url_encode(b'[' * 10_000)}.{signature}~{shown}~{proof}",
        "not-ascii": good.replace("~", "~é", 1),
        "oversized": f"{jwt}~{'A' * 1_000_000}~{proof}",
        "disclosures-without-end": f"{jwt}~{'W10~' * 50_000}{proof}",
    }


TEXTS = texts()


@pytest.mark.parametrize("defect", TEXTS)
async def test_1_21_texts_that_are_no_presentation(defect: str) -> None:
    verdict = await Checker().card(TEXTS[defect])
    assert isinstance(verdict, Rejected)
    assert verdict.outcome in (ClerkOutcome.NOT_GENUINE, ClerkOutcome.NOT_TRUSTED)


async def test_a_payload_of_the_holders_own_making() -> None:
    """Everything is right but that the holder signed it."""
    draft = HONEST_ISSUER.draft({"age_equal_or_over": {"19": True}})
    await refused(draft.signed_by(private_key("holder")), "bad_signature")
