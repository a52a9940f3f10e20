"""Encrypting and decrypting a message, against the bare cryptography and another Python library."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey

from bench import limit
from bench.figures import Figure, at_least, share_of
from bench.interleave import Case, Effort, measure
from specs.encoding import create_json, parse_json_object
from specs.jose import Encryption, PublicJwk, create_jwe, decrypt_jwe, parse_jwe, public_jwk_of

GROUP = "JWE, ECDH-ES on P-256"
_CURVE = ec.SECP256R1()
_IV = bytes(12)
# A credential response with two credentials.
_MESSAGE: dict[str, Any] = {
    "credentials": [{"credential": "eyJ" + "a" * 1900}, {"credential": "eyJ" + "b" * 1900}]
}
_MAX = 65_536


@dataclass(frozen=True)
class _Parties:
    """The recipient's key, and the sender's for one message."""

    encryption: Encryption
    recipient: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(_CURVE))

    @property
    def public(self) -> PublicJwk:
        return public_jwk_of(self.recipient.public_key(), kid="cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s")

    @property
    def header(self) -> dict[str, str]:
        return {"alg": "ECDH-ES", "enc": self.encryption.value, "kid": self.public.kid or ""}

    @property
    def joserfc(self) -> ECKey:
        form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        return ECKey.import_key(self.recipient.private_bytes(*form))


def figures(effort: Effort) -> Iterator[Figure]:
    for encryption in Encryption:
        yield from _figures(_Parties(encryption), effort)


def _figures(parties: _Parties, effort: Effort) -> Iterator[Figure]:
    public, size = parties.public, len(create_json(_MESSAGE))

    def encrypt() -> str:
        ephemeral = ec.generate_private_key(_CURVE)
        return create_jwe(
            create_json(_MESSAGE),
            recipient=public,
            encryption=parties.encryption,
            ephemeral=ephemeral,
            iv=_IV,
        )

    message = encrypt()

    def decrypt() -> object:
        jwe = parse_jwe(message, max_bytes=_MAX)
        assert isinstance(jwe.epk.key, ec.EllipticCurvePublicKey)
        secret = parties.recipient.exchange(ec.ECDH(), jwe.epk.key)
        payload = decrypt_jwe(jwe, secret, encryptions=frozenset(Encryption))
        return parse_json_object(payload, max_bytes=_MAX)

    assert decrypt() == _MESSAGE
    timings = measure(
        [
            Case("bare encrypt", limit.bare_encrypt(create_json(_MESSAGE), parties.encryption.key_bytes)),
            Case("encrypt", encrypt),
            Case("joserfc encrypt", _their_encryption(parties)),
            Case("bare decrypt", limit.bare_decrypt(create_json(_MESSAGE), parties.encryption.key_bytes)),
            Case("decrypt", decrypt),
            Case("joserfc decrypt", _their_decryption(parties, message)),
        ],
        effort,
    )
    for verb in ("encrypt", "decrypt"):
        path, ours = f"{verb}, {parties.encryption}, {size} bytes, JSON included", timings[verb]
        yield share_of(GROUP, path, ours, (f"bare {verb}", timings[f"bare {verb}"]), at_least(0.80))
        yield share_of(GROUP, path, ours, ("joserfc", timings[f"joserfc {verb}"]), at_least(1.3))


def _their_encryption(parties: _Parties) -> Any:
    key, names = parties.joserfc, ["ECDH-ES", parties.encryption.value]
    return lambda: joserfc_jwe.encrypt_compact(parties.header, create_json(_MESSAGE), key, algorithms=names)


def _their_decryption(parties: _Parties, message: str) -> Any:
    key, names = parties.joserfc, ["ECDH-ES", parties.encryption.value]

    def decrypt() -> object:
        payload = joserfc_jwe.decrypt_compact(message, key, algorithms=names).plaintext
        assert payload is not None
        return parse_json_object(payload, max_bytes=_MAX)

    return decrypt
