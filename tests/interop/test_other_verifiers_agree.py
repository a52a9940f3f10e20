"""Two verifiers that nobody here wrote decide as ours does: the IETF reference (`sd-jwt`) and `openvc-core`.

The cases are the vectors of RFC 9901, and presentations made now, each with one thing wrong. What a peer does
not look at stands in a table with its name: nothing is passed over in silence.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from openvc.errors import OpenvcError
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from sd_jwt.verifier import SDJWTVerifier

from specs.encoding import b64url_encode, create_json
from specs.errors import ProtocolError
from specs.jose import parse_public_jwk
from specs.sd_jwt import KeyBindingPolicy, WithoutKeyBinding
from specs.sd_jwt_vc.credential import check_credential, parse_credential
from tests.verifier.holder import NINETEEN, Binding, present, present_text, with_disclosures
from tests.verifier.issuing import PERSON, Draft, SimulatedIssuer, private_key, public_key

VECTORS = Path(__file__).parents[1] / "vectors" / "sd-jwt-rfc9901"
AUDIENCE = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
NONCE = "n-0S6_WzA2MjkTnVpYx1rQ7bLw3cE8fG"
NOW = datetime.now(UTC).replace(microsecond=0)
"""`openvc-core` reads the clock of the machine for the times of a credential."""


@dataclass(frozen=True)
class Case:
    """A presentation, the key of its issuer, and what is right to decide about it."""

    text: str
    accepted: bool
    issuer_jwk: Mapping[str, Any]
    now: datetime = NOW
    bound: bool = True


def ours(case: Case) -> bool:
    """The core that our verifier stands on; the issuer's key is given, as it is to the peers."""
    policy = KeyBindingPolicy(NONCE, AUDIENCE, timedelta(minutes=5))
    try:
        report = check_credential(
            parse_credential(case.text),
            parse_public_jwk(dict(case.issuer_jwk)),
            key_binding=policy if case.bound else WithoutKeyBinding(expected=None),
            now=case.now,
            leeway=timedelta(seconds=60),
        )
    except ProtocolError:
        return False
    return report.verified is not None


def reference(case: Case) -> bool:
    """It has no error class of its own: whatever it raises is a refusal."""
    key = JWK(**case.issuer_jwk)
    bound_to = (AUDIENCE, NONCE) if case.bound else ()
    try:
        SDJWTVerifier(case.text, lambda _issuer, _header: key, *bound_to).get_verified_payload()
    except Exception:
        return False
    return True


def openvc(case: Case) -> bool:
    bound_to: dict[str, Any] = {"audience": AUDIENCE, "nonce": NONCE} if case.bound else {}
    try:
        SdJwtVcProofSuite().verify(
            case.text,
            public_key_jwk=dict(case.issuer_jwk),
            require_key_binding=case.bound,
            now=case.now,
            **bound_to,
        )
    except OpenvcError:
        return False
    return True


NO_CLOCK = "has no clock"
PLAIN_SD_JWT = "knows SD-JWT, not SD-JWT VC"
LOOSE = "reads disclosures less strictly than section 7.1 of the RFC"
REFERENCE_DIFFERS: Mapping[str, str] = {
    "missing-trailing-tilde": LOOSE,
    "kb-iat-future": NO_CLOCK,
    "kb-iat-old": NO_CLOCK,
    "kb-iat-string": NO_CLOCK,
    "credential-expired": NO_CLOCK,
    "credential-not-yet-valid": NO_CLOCK,
    "credential-typ-wrong": PLAIN_SD_JWT,
    "credential-vct-missing": PLAIN_SD_JWT,
    "credential-vct-selectively-disclosed": PLAIN_SD_JWT,
    "ok-sha-512": "knows no digest but sha-256",
    "unreferenced-disclosure": LOOSE,
    "recursive-child-without-parent": LOOSE,
    "name-sd": LOOSE,
    "name-dots": LOOSE,
    "not-an-array": LOOSE,
    "name-not-string": LOOSE,
    "sd-element-not-string": LOOSE,
    "dots-with-other-key": LOOSE,
    "digest-hex-encoded": LOOSE,
    "digest-over-decoded-bytes": LOOSE,
    "padded-digest": LOOSE,
    "credential expired": NO_CLOCK,
    "credential not valid yet": NO_CLOCK,
    "key binding of last year": NO_CLOCK,
    "key binding of next year": NO_CLOCK,
    "credential of another type of token": PLAIN_SD_JWT,
    "credential without vct": PLAIN_SD_JWT,
    "disclosure of the holder's own": LOOSE,
    "disclosure of a claim that is there": LOOSE,
}
"""Where `sd-jwt` 0.10.4 says the opposite of what is right. `openvc-core` 1.37.0 never does."""


def reference_agrees(name: str, case: Case) -> bool:
    """With what is right, or with what is known of it."""
    return reference(case) is (case.accepted is not (name in REFERENCE_DIFFERS))


# -- presentations of the vectors


@cache
def vector_cases() -> Mapping[str, Case]:
    file = json.loads((VECTORS / "presentation_cases.json").read_bytes())
    policy = file["policy"]
    assert (policy["expected_aud"], policy["expected_nonce"]) == (AUDIENCE, NONCE)
    return {
        one["id"]: Case(
            one["presentation"],
            one["expect"] == "accept",
            file["issuer_public_jwk"],
            datetime.fromtimestamp(policy["now"], UTC),
            bound=(policy | one.get("policy", {}))["require_key_binding"],
        )
        for one in file["cases"]
    }


@pytest.mark.parametrize("name", vector_cases())
def test_presentation_vectors_and_the_reference(name: str) -> None:
    """1.21 to 1.33."""
    case = vector_cases()[name]
    assert ours(case) is case.accepted
    assert reference_agrees(name, case)


# -- payloads of the vectors, signed now


@cache
def processing_cases() -> Mapping[str, Case]:
    file = json.loads((VECTORS / "processing_cases.json").read_bytes())
    issuer = private_key("issuer")
    jwk = dict(public_key("issuer").members)
    header = {"alg": "ES256", "typ": "dc+sd-jwt"}
    return {
        one["id"]: Case(
            Draft(header, {"vct": "urn:example", **one["payload"]}, tuple(one["disclosures"])).signed_by(
                issuer
            ),
            one["expect"] == "accept",
            jwk,
            bound=False,
        )
        for one in file["cases"]
    }


@pytest.mark.parametrize("name", processing_cases())
def test_processing_vectors_and_both_peers(name: str) -> None:
    """1.24 to 1.28."""
    case = processing_cases()[name]
    assert ours(case) is case.accepted
    assert reference_agrees(name, case)
    assert openvc(case) is case.accepted


# -- presentations made now, with everything that a verifier of ours meets

HONEST = Binding(NONCE, AUDIENCE, NOW)
ISSUER = SimulatedIssuer()


def drafted(**changed: Any) -> Draft:
    return ISSUER.draft(now=NOW).but(**changed)


def shown(text: str, binding: Binding = HONEST) -> str:
    return present(text, binding, NINETEEN, ("address", "region"), ("nationalities", 0))


def spoilt(**changed: Any) -> str:
    """A good credential, bound wrongly."""
    return shown(ISSUER.sign(drafted()), replace(HONEST, **changed))


def turned(text: str, place: int) -> str:
    """Another character of base64url at this place."""
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def other_disclosure(name: str, value: object) -> str:
    """A disclosure of somebody's own making."""
    made = b64url_encode(create_json([b64url_encode(bytes(16)), name, value]))
    credential = ISSUER.sign(drafted())
    return present_text(with_disclosures(credential, [*credential.split("~")[1:-1], made]), HONEST)


def repeated_disclosure() -> str:
    first, *more = drafted_text().split("~")[1:-1]
    return present_text(with_disclosures(drafted_text(), [first, first, *more]), HONEST)


@cache
def drafted_text() -> str:
    return ISSUER.sign(drafted())


def repeated_digest() -> str:
    draft = drafted()
    return present_text(ISSUER.sign(draft.but(again={"_sd": draft.payload["_sd"][:1]})), HONEST)


def in_the_past(**delta: float) -> int:
    return int((NOW - timedelta(**delta)).timestamp())


MADE: Mapping[str, tuple[bool, Callable[[], str]]] = {
    "some claims": (True, lambda: shown(drafted_text())),
    "no claims": (True, lambda: present(drafted_text(), HONEST)),
    "all claims": (True, lambda: present_text(drafted_text(), HONEST)),
    "other claims": (True, lambda: present(drafted_text(), HONEST, ("given_name",), ("family_name",))),
    "with status and unknown claims": (True, lambda: shown(ISSUER.sign(drafted(unheard_of={"a": [1]})))),
    "signature of the issuer changed": (
        False,
        lambda: turned(shown(drafted_text()), drafted_text().index("~") - 20),
    ),
    "payload of the issuer changed": (
        False,
        lambda: turned(shown(drafted_text()), drafted_text().index(".") + 30),
    ),
    "signed by somebody else": (False, lambda: shown(drafted().signed_by(private_key("stranger")))),
    "signature of the holder changed": (False, lambda: turned(shown(drafted_text()), -20)),
    "bound by another key": (False, lambda: spoilt(key="stranger")),
    "bound to another nonce": (False, lambda: spoilt(nonce="another-nonce-of-our-own")),
    "bound to another verifier": (False, lambda: spoilt(audience="x509_san_dns:shop.example")),
    "bound to other claims": (False, lambda: spoilt(claims={"sd_hash": b64url_encode(bytes(32))})),
    "bound without hash": (False, lambda: spoilt(claims={"sd_hash": None})),
    "bound by a token of another type": (False, lambda: spoilt(header={"typ": "JWT"})),
    "key binding of last year": (False, lambda: spoilt(issued_at=NOW - timedelta(days=365))),
    "key binding of next year": (False, lambda: spoilt(issued_at=NOW + timedelta(days=365))),
    "key binding cut off": (False, lambda: shown(drafted_text()).rpartition("~")[0] + "~"),
    "without a holder's key": (False, lambda: shown(ISSUER.sign(drafted(cnf=None)))),
    "disclosure of the holder's own": (False, lambda: other_disclosure("age_over_65", value=True)),
    "disclosure of a claim that is there": (
        False,
        lambda: other_disclosure("issuing_country", PERSON["issuing_country"]),
    ),
    "disclosure sent twice": (False, repeated_disclosure),
    "digest twice": (False, repeated_digest),
    "digests of another algorithm": (False, lambda: shown_as_it_is(drafted(_sd_alg="md5"))),
    "credential expired": (False, lambda: shown(ISSUER.sign(drafted(exp=in_the_past(days=1))))),
    "credential not valid yet": (False, lambda: shown(ISSUER.sign(drafted(nbf=in_the_past(days=-1))))),
    "credential of another type of token": (
        False,
        lambda: shown(ISSUER.sign(drafted(header={"typ": "JWT"}))),
    ),
    "credential without vct": (False, lambda: shown(ISSUER.sign(drafted(vct=None)))),
    "header with crit": (False, lambda: shown_as_it_is(drafted(header={"crit": ["x"], "x": 1}))),
    "header without a signature's algorithm": (
        False,
        lambda: shown_as_it_is(drafted(header={"alg": "none"})),
    ),
    "header of a symmetric algorithm": (False, lambda: shown_as_it_is(drafted(header={"alg": "HS256"}))),
}


def shown_as_it_is(draft: Draft) -> str:
    """What no honest wallet would open."""
    return present_text(ISSUER.sign(draft), HONEST)


@pytest.mark.parametrize("name", MADE)
def test_presentations_and_both_peers(name: str) -> None:
    """1.21 to 1.33, 2.02, 5.25: positive and negative alike."""
    accepted, make = MADE[name]
    case = Case(make(), accepted, dict(public_key("issuer").members))
    assert ours(case) is accepted
    assert openvc(case) is accepted
    assert reference_agrees(name, case)


def test_every_difference_is_one_of_a_case() -> None:
    """A case that was renamed would leave its excuse behind."""
    assert REFERENCE_DIFFERS.keys() <= vector_cases().keys() | processing_cases().keys() | MADE.keys()
