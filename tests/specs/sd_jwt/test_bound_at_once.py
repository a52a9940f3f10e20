"""A KB-JWT that is checked in one go: never accepted where the checks step by step find a reason."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given
from hypothesis import strategies as st

from specs.encoding import b64url_decode, b64url_encode
from specs.jose import Algorithm, public_jwk_of, sign_with
from specs.sd_jwt import UnverifiedSdJwt, parse_sd_jwt
from specs.sd_jwt.key_binding import VerifiedKeyBinding, bound_at_once, examine_step_by_step
from tests.specs.sd_jwt.material import (
    AUDIENCE,
    LEEWAY,
    NONCE,
    NOW,
    POLICY,
    confirmed,
    digest,
    issue,
    present,
    public_key,
    sign,
)

SECOND = int(NOW.timestamp())
ISSUED = issue(confirmed({"iss": "https://issuer.example", "name": "Aida"}), [("name",)])
PRESENTED, _, BOUND = present(ISSUED, [("name",)]).rpartition("~")
CLAIMS: dict[str, Any] = json.loads(b64url_decode(BOUND.split(".")[1]))

_instants = st.sampled_from(
    [SECOND, SECOND + 60, SECOND + 61, SECOND - 360, SECOND - 361, SECOND + 0.5, 0, -1, True, None, "1", [1]]
)
_changes = st.dictionaries(
    st.sampled_from(["iat", "exp", "nbf", "nonce", "aud", "sd_hash", "other"]),
    _instants | st.sampled_from([NONCE, AUDIENCE, CLAIMS["sd_hash"], {}, [NONCE], [AUDIENCE], "", 0]),
    max_size=2,
)
_headers = st.dictionaries(
    st.sampled_from(["alg", "typ", "kid"]),
    st.sampled_from(["ES256", "ES384", "EdDSA", "none", "kb+jwt", "KB+JWT", "application/kb+jwt", 1]),
    max_size=1,
)


def _made(claims: dict[str, Any], header: dict[str, Any], dropped: str, key: str = "holder") -> str:
    text = json.dumps({name: value for name, value in claims.items() if name != dropped})
    parts = (
        json.dumps({"alg": "ES256", "typ": "kb+jwt", **header}),
        text.replace(", ", ",").replace(": ", ":"),
    )
    data = ".".join(b64url_encode(part.encode()) for part in parts)
    return f"{data}.{b64url_encode(sign(key, data.encode()))}"


def _agreed(sd_jwt: UnverifiedSdJwt, leeway: timedelta = LEEWAY) -> VerifiedKeyBinding | None:
    """What both say; None from the quick one is no answer."""
    quick = bound_at_once(sd_jwt, POLICY, now=NOW, leeway=leeway)
    binding, reasons = examine_step_by_step(sd_jwt, POLICY, now=NOW, leeway=leeway)
    assert (binding is None) == bool(reasons)
    assert quick in (None, binding)
    return quick


def test_an_ordinary_one_is_answered_at_once() -> None:
    """1.17 to 1.19; otherwise nothing below would be tested."""
    quick = _agreed(parse_sd_jwt(PRESENTED + "~" + BOUND))
    assert quick is not None
    assert quick.key == public_key("holder")


@given(changes=_changes, header=_headers, dropped=st.sampled_from(["", *CLAIMS]), ours=st.booleans())
@example(changes={}, header={}, dropped="", ours=True)
@example(changes={}, header={}, dropped="", ours=False)
@example(changes={"iat": SECOND - 360}, header={}, dropped="", ours=True)
@example(changes={"iat": SECOND - 361}, header={}, dropped="", ours=True)
@example(changes={"exp": SECOND - 60}, header={}, dropped="", ours=True)
@example(changes={"aud": [AUDIENCE]}, header={}, dropped="", ours=True)
@example(changes={}, header={"typ": "application/kb+jwt"}, dropped="", ours=True)
@example(changes={}, header={"alg": "ES384"}, dropped="", ours=True)
def test_in_one_go_and_step_by_step_agree(
    changes: dict[str, Any], header: dict[str, Any], dropped: str, ours: bool
) -> None:
    """1.17 to 1.21: with whatever claims and header, truly signed by the holder or by somebody else."""
    made = _made({**CLAIMS, **changes}, header, dropped, "holder" if ours else "stranger")
    quick = _agreed(parse_sd_jwt(f"{PRESENTED}~{made}"))
    assert quick is None or (ours and not dropped)


@given(position=st.integers(0, len(BOUND) - 1), character=st.sampled_from("AQgw019_-.~+/= \u00e9"))
def test_no_changed_character_is_accepted(position: int, character: str) -> None:
    changed = BOUND[:position] + character + BOUND[position + 1 :]
    sd_jwt = parse_sd_jwt(f"{PRESENTED}~{BOUND}")._replace(key_binding_jwt=changed)
    assert (_agreed(sd_jwt) is None) == (changed != BOUND)


@pytest.mark.parametrize("leeway", [timedelta(0), timedelta(hours=1)])
def test_the_leeway_is_the_callers(leeway: timedelta) -> None:
    """1.20: a minute ahead is within an hour's leeway, and not within none."""
    made = _made({**CLAIMS, "iat": SECOND + 60}, {}, "")
    assert (_agreed(parse_sd_jwt(f"{PRESENTED}~{made}"), leeway) is None) == (not leeway)


def test_a_name_twice_is_no_ordinary_one() -> None:
    """1.33: two readers must not see two nonces."""
    text = json.dumps(CLAIMS).replace(" ", "").replace("{", '{"nonce":"other",')
    data = f"{BOUND.split('.')[0]}.{b64url_encode(text.encode())}"
    made = f"{data}.{b64url_encode(sign('holder', data.encode()))}"
    assert _agreed(parse_sd_jwt(f"{PRESENTED}~{made}")) is None


@pytest.mark.parametrize(
    ("cnf", "accepted"),
    [
        ({"kid": "1"}, True),
        ({"alg": "ES256", "use": "sig"}, True),
        ({"use": "enc"}, False),
        ({"key_ops": ["sign"]}, False),
        ({"alg": "ES384"}, False),
        ({"d": "AA"}, False),
        ({"kty": "OKP"}, False),
        ({"crv": "P-384"}, False),
        ({"x": "A" * 43}, False),
        ({"x": None}, False),
    ],
)
def test_the_holders_key_is_read_with_all_its_members(cnf: dict[str, Any], accepted: bool) -> None:
    """1.18: what speaks against a key speaks against it on both ways."""
    jwk = {**public_key("holder").members, **cnf}
    sd_jwt = parse_sd_jwt(f"{PRESENTED}~{BOUND}")
    sd_jwt = sd_jwt._replace(payload={**sd_jwt.payload, "cnf": {"jwk": jwk}})
    assert (_agreed(sd_jwt) is not None) == accepted


def test_keys_on_other_curves() -> None:
    """1.18: a holder may have any key that signatures of key bindings may be made with."""
    key = ec.generate_private_key(ec.SECP384R1())
    presented = issue({"cnf": {"jwk": dict(public_jwk_of(key.public_key()).members)}}, [])
    claims = {**CLAIMS, "sd_hash": digest(presented)}
    header, text = json.dumps({"alg": "ES384", "typ": "kb+jwt"}), json.dumps(claims).replace(" ", "")
    data = ".".join(b64url_encode(part.encode()) for part in (header, text))
    signature = sign_with(key, Algorithm.ES384, data.encode())
    assert _agreed(parse_sd_jwt(f"{presented}{data}.{b64url_encode(signature)}")) is not None
