"""Holder binding: a proof by the holder's key, for this request, of these disclosures, made now (1.31)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.verifier.holder import NINETEEN, Binding, choose, present
from tests.verifier.issuing import NOW, SimulatedIssuer, private_key, public_key
from tests.verifier.services.checking import AUDIENCE, HONEST, NONCE, Checker, codes
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected
from verifier.services.verify_presentation import KEY_BINDING_MAX_AGE, LEEWAY

HONEST_ISSUER = SimulatedIssuer()
CREDENTIAL = HONEST_ISSUER.issue()
SECOND = timedelta(seconds=1)


def bound(*, claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None) -> Binding:
    return replace(HONEST, claims=claims, header=header)


async def expect(binding: Binding, code: str, credential: str = CREDENTIAL) -> None:
    checker = Checker()
    verdict = await checker.credential(credential, binding=binding)
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == [code]
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE
    assert not checker.statuses.asked


@pytest.mark.parametrize(
    "aud",
    [
        AUDIENCE.removeprefix("x509_hash:"),
        AUDIENCE.replace("x509_hash", "x509_san_dns"),
        AUDIENCE.upper(),
        "https://verifier.example",
        "",
        None,
        [AUDIENCE],
        {"": AUDIENCE},
        7,
    ],
    ids=["bare", "prefix", "case", "url", "empty", "absent", "array", "object", "number"],
)
async def test_5_25_the_audience_is_the_whole_client_id(aud: object) -> None:
    await expect(bound(claims={"aud": aud}), "wrong_audience")


@pytest.mark.parametrize(
    "nonce",
    [NONCE.lower(), NONCE[:-1], f"{NONCE} ", "", None, [NONCE], 7],
    ids=["case", "shorter", "longer", "empty", "absent", "array", "number"],
)
async def test_1_31_a_proof_for_another_request(nonce: object) -> None:
    await expect(bound(claims={"nonce": nonce}), "replayed")


@pytest.mark.parametrize(
    "age",
    [
        timedelta(days=365),
        -timedelta(days=365),
        KEY_BINDING_MAX_AGE + LEEWAY + SECOND,
        -LEEWAY - SECOND,
    ],
    ids=["a-year-ago", "in-a-year", "just-too-old", "just-too-early"],
)
async def test_a_proof_that_was_not_made_now(age: timedelta) -> None:
    await expect(replace(HONEST, issued_at=NOW - age), "wrong_time")


@pytest.mark.parametrize("age", [KEY_BINDING_MAX_AGE + LEEWAY, -LEEWAY, timedelta(0)])
async def test_a_proof_within_the_window(age: timedelta) -> None:
    binding = replace(HONEST, issued_at=NOW - age)
    assert isinstance(await Checker().credential(CREDENTIAL, binding=binding), Accepted)


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": None},
        {"iat": "now"},
        {"iat": []},
        {"exp": int(NOW.timestamp()) - 61},
        {"nbf": int(NOW.timestamp()) + 61},
    ],
    ids=["no-iat", "text", "array", "expired", "not-yet"],
)
async def test_the_times_of_a_proof(claims: dict[str, Any]) -> None:
    await expect(bound(claims=claims), "wrong_time")


@pytest.mark.parametrize(
    "value", ["A" * 43, "", None, [], 7], ids=["other", "empty", "absent", "array", "number"]
)
async def test_the_proof_covers_what_was_sent(value: object) -> None:
    await expect(bound(claims={"sd_hash": value}), "bad_holder_binding")


async def test_disclosures_taken_out_or_put_in_after_the_proof() -> None:
    shown = present(CREDENTIAL, HONEST, NINETEEN, ("given_name",))
    other = choose(CREDENTIAL, [("family_name",)]).split("~")[1]
    *front, proof = shown.split("~")
    for changed in ([*front[:-1], proof], [*front, other, proof], [front[0], *reversed(front[1:]), proof]):
        assert codes(await Checker().card("~".join(changed))) == ["bad_holder_binding"]


async def test_the_proof_of_another_key() -> None:
    await expect(replace(HONEST, key="thief"), "bad_holder_binding")


async def test_a_key_in_the_header_of_the_proof_is_no_key() -> None:
    jwk = dict(public_key("thief").members)
    await expect(replace(HONEST, key="thief", header={"jwk": jwk}), "bad_holder_binding")


async def test_two_of_somebodys_cards_do_not_share_a_proof() -> None:
    first, second = HONEST_ISSUER.issue(), HONEST_ISSUER.issue(holder="other copy")
    proof = present(first, HONEST, NINETEEN).rpartition("~")[2]
    verdict = await Checker().card(choose(second, [NINETEEN]) + proof)
    assert set(codes(verdict)) == {"bad_holder_binding"}


@pytest.mark.parametrize(
    "header",
    [{"typ": None}, {"typ": "JWT"}, {"typ": "KB+JWT"}, {"alg": "none"}, {"alg": "HS256"}, {"alg": "ES384"}],
    ids=["no-typ", "other-typ", "typ-in-another-case", "none", "hmac", "another-algorithm"],
)
async def test_the_header_of_a_proof(header: dict[str, Any]) -> None:
    await expect(bound(header=header), "bad_holder_binding")


@pytest.mark.parametrize(
    "header", [{"crit": ["nonce"]}, {"b64": False}, {"zip": "DEF"}], ids=["crit", "b64", "zip"]
)
async def test_extensions_in_the_header_of_a_proof(header: dict[str, Any]) -> None:
    await expect(bound(header=header), "bad_holder_binding")


async def test_1_30_a_stripped_proof() -> None:
    text = choose(CREDENTIAL, [NINETEEN])
    for stripped in (text, text.removesuffix("~")):
        verdict = await Checker().card(stripped)
        assert isinstance(verdict, Rejected)
        assert verdict.outcome is ClerkOutcome.NOT_GENUINE
    assert codes(await Checker().card(text)) == ["bad_holder_binding"]


@pytest.mark.parametrize(
    "cnf",
    [
        None,
        {},
        {"kid": "holder"},
        {"jwk": {}},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": {**public_key("holder").members, "d": "AAAA"}},
        {"jwk": {**public_key("holder").members, "x": "AAAA"}},
        {"jwk": [public_key("holder").thumbprint]},
        "holder",
    ],
    ids=["absent", "empty", "kid", "no-key", "symmetric", "private", "off-curve", "array", "text"],
)
async def test_the_holder_key_in_the_credential(cnf: object) -> None:
    draft = HONEST_ISSUER.draft()
    draft.payload["cnf"] = cnf
    verdict = await Checker().credential(HONEST_ISSUER.sign(draft))
    assert set(codes(verdict)) == {"bad_holder_binding"}


async def test_a_confirmation_key_with_only_its_four_members() -> None:
    """oid4vp-1final-verifier-minimal-cnf-jwk."""
    jwk = {name: public_key("holder").members[name] for name in ("kty", "crv", "x", "y")}
    credential = HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(cnf={"jwk": jwk}))
    assert isinstance(await Checker().credential(credential), Accepted)


async def test_every_reason_is_reported_at_once() -> None:
    binding = replace(HONEST, nonce="another", audience="another", key="thief")
    draft = HONEST_ISSUER.draft().but(exp=int(NOW.timestamp()) - 86400)
    verdict = await Checker().credential(draft.signed_by(private_key("thief")), binding=binding)
    assert set(codes(verdict)) == {
        "bad_signature",
        "expired",
        "replayed",
        "wrong_audience",
        "bad_holder_binding",
    }
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE
