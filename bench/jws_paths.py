"""Signing and reading a JWS, against the bare signature and other Python libraries."""

from collections.abc import Iterator
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey

from bench import limit
from bench.figures import Figure, at_least, share_of
from bench.interleave import Case, Effort, measure
from specs.encoding import create_json
from specs.jose import Algorithm, Use, parse_jws, prepare_jws, public_jwk_of, verify_jws
from specs.jose.signatures import signing_function

GROUP = "JWS, ES256"
_TYPE = "dc+sd-jwt"
_HEADER = {"alg": "ES256", "typ": _TYPE, "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"}
_CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "vct": "https://issuer.example/types/photo-card/1",
    "_sd": [f"jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQw{number:04d}" for number in range(22)],
    "_sd_alg": "sha-256",
}


def figures(effort: Effort) -> Iterator[Figure]:
    private = ec.generate_private_key(ec.SECP256R1())
    key, sign = public_jwk_of(private.public_key()), signing_function(private, Algorithm.ES256)

    def create() -> str:
        prepared = prepare_jws(_HEADER, create_json(_CLAIMS))
        return prepared.attach(sign(prepared.data))

    token = create()

    def read() -> object:
        jws = parse_jws(token, max_bytes=8192)
        return verify_jws(jws, key, use=Use.CREDENTIAL, typ=_TYPE).claims()

    timings = measure(
        [
            Case("bare sign", limit.bare_sign(token.rpartition(".")[0].encode())),
            Case("sign", create),
            *_other_signers(private),
            Case("bare verify", limit.bare_verify(token.rpartition(".")[0].encode())),
            Case("verify", read),
            *_other_readers(private, token),
        ],
        effort,
    )
    peers = ("PyJWT", "joserfc")
    for verb, share, lead in (("sign", 0.80, 1.5), ("verify", 0.88, 1.3)):
        path, ours = f"{verb}, {len(token)} bytes, JSON included", timings[verb]
        bare = f"bare {verb}"
        yield share_of(GROUP, path, ours, (bare, timings[bare]), at_least(share))
        fastest = min(peers, key=lambda peer: timings[f"{peer} {verb}"].median)
        yield share_of(GROUP, path, ours, (fastest, timings[f"{fastest} {verb}"]), at_least(lead))


def _other_signers(private: ec.EllipticCurvePrivateKey) -> list[Case]:
    theirs, header = _joserfc_key(private), {k: v for k, v in _HEADER.items() if k != "alg"}
    return [
        Case("PyJWT sign", lambda: jwt.encode(_CLAIMS, private, algorithm="ES256", headers=header)),
        Case("joserfc sign", lambda: joserfc_jwt.encode(dict(_HEADER), _CLAIMS, theirs)),
    ]


def _other_readers(private: ec.EllipticCurvePrivateKey, token: str) -> list[Case]:
    public, theirs = private.public_key(), _joserfc_key(private)
    return [
        Case("PyJWT verify", lambda: jwt.decode(token, public, algorithms=["ES256"])),
        Case("joserfc verify", lambda: joserfc_jwt.decode(token, theirs, algorithms=["ES256"])),
    ]


def _joserfc_key(private: ec.EllipticCurvePrivateKey) -> ECKey:
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ECKey.import_key(pem)
