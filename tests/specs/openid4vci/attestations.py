"""An attester, its certificates and what it attests, for the tests of this folder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from specs.encoding import create_json, to_numeric_date
from specs.jose import Algorithm, VerifiedChain, create_x5c, prepare_jws, sign_with, trust_anchors
from specs.jose.x5c import parse_x5c, verify_chain
from specs.openid4vci import KEY_ATTESTATION_TYPE, KeyAttestationPolicy, ProofPolicy
from tests.specs.jose.certificates import CA, LEAF, Issued, self_signed
from tests.specs.openid4vci.material import NOW, POLICY, key, nonce

FROM, UNTIL = NOW - timedelta(days=30), NOW + timedelta(days=30)
HIGH, MODERATE = "iso_18045_high", "iso_18045_moderate"


def authority(name: str = "Attesters") -> Issued:
    return _authority(name)


def attester(name: str = "Attesters") -> Issued:
    return _attester(name)


@cache
def _authority(name: str) -> Issued:
    return self_signed(CA.but(name=name, not_before=FROM, not_after=UNTIL))


@cache
def _attester(name: str) -> Issued:
    return _authority(name).issue(LEAF.but(name="Attester", not_before=FROM, not_after=UNTIL))


def verify_attester_chain(x5c: object, now: datetime) -> VerifiedChain:
    return verify_chain(parse_x5c(x5c), trust_anchors([authority().certificate]), now=now)


ATTESTERS = KeyAttestationPolicy(
    required=False,
    verify_chain=verify_attester_chain,
    key_storage=frozenset(),
    user_authentication=frozenset(),
    max_keys=10,
)


def policy(**changes: Any) -> ProofPolicy:
    """The usual one, with attesters."""
    return replace(POLICY, key_attestation=replace(ATTESTERS, **changes))


def claims_for(numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "iat": to_numeric_date(NOW),
        "exp": to_numeric_date(NOW + timedelta(hours=1)),
        "nonce": nonce(),
        "key_storage": [MODERATE],
        "user_authentication": [MODERATE, "https://levels.example/2"],
        "attested_keys": [dict(key(number).members) for number in numbers],
    }


def attestation(
    *numbers: int,
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    signer: Issued | None = None,
) -> str:
    """A good attestation for the keys of those numbers but for what is changed; None leaves a member out."""
    signed_by = signer or attester()
    head = {
        "alg": Algorithm.ES256.value,
        "typ": KEY_ATTESTATION_TYPE,
        "x5c": create_x5c([signed_by.certificate]),
    }
    prepared = prepare_jws(
        {name: one for name, one in (head | (header or {})).items() if one is not None},
        create_json(
            {name: one for name, one in (claims_for(numbers) | (claims or {})).items() if one is not None}
        ),
    )
    return prepared.attach(sign_with(signed_by.key, Algorithm.ES256, prepared.data))
