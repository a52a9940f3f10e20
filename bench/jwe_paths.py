"""Encrypting and decrypting a message, against the bare cryptography and another Python library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey

from bench import limit
from bench.figures import Figure, at_least, share_of
from bench.interleave import Case, Effort, measure
from specs.encoding import create_json
from specs.jose import Encryption, PublicJwk, create_jwe, decrypt_jwe, parse_jwe, public_jwk_of

GROUP = "JWE, ECDH-ES on P-256"
# A credential response with two credentials.
MESSAGE: Final = create_json({"credentials": [{"credential": letter * 1900} for letter in "ab"]})
_CURVE: Final = ec.SECP256R1()
_IV: Final = bytes(12)
_MAX: Final = 65_536
_ACCEPTED: Final = frozenset(Encryption)


@dataclass(frozen=True)
class Parties:
    """The recipient with its key; the sender makes one for each message."""

    encryption: Encryption
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(_CURVE))

    @property
    def public(self) -> PublicJwk:
        return public_jwk_of(self.private.public_key(), kid="cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s")

    def encrypting(self) -> Callable[[], str]:
        """Ours. The recipient's key is read once: it comes from metadata."""
        recipient, encryption = self.public, self.encryption

        def encrypt() -> str:
            ephemeral = ec.generate_private_key(_CURVE)
            return create_jwe(
                MESSAGE, recipient=recipient, encryption=encryption, ephemeral=ephemeral, iv=_IV
            )

        return encrypt

    def decrypting(self, message: str) -> Callable[[], bytes]:
        """Ours, every check of the reader included."""
        exchange, method = self.private.exchange, ec.ECDH()

        def decrypt() -> bytes:
            jwe = parse_jwe(message, max_bytes=_MAX)
            epk = jwe.epk.key
            assert isinstance(epk, ec.EllipticCurvePublicKey)
            return decrypt_jwe(jwe, exchange(method, epk), encryptions=_ACCEPTED)

        return decrypt

    def joserfc_encrypting(self) -> Callable[[], str]:
        """The peer's. It makes the ephemeral key itself."""
        key, names = self._joserfc_key(), ["ECDH-ES", self.encryption.value]
        header = {"alg": "ECDH-ES", "enc": self.encryption.value, "kid": self.public.kid}
        return lambda: joserfc_jwe.encrypt_compact(dict(header), MESSAGE, key, algorithms=names)

    def joserfc_decrypting(self, message: str) -> Callable[[], bytes | None]:
        """The peer's."""
        key, names = self._joserfc_key(), ["ECDH-ES", self.encryption.value]
        return lambda: joserfc_jwe.decrypt_compact(message, key, algorithms=names).plaintext

    def _joserfc_key(self) -> ECKey:
        form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        return ECKey.import_key(self.private.private_bytes(*form))


def figures(effort: Effort) -> Iterator[Figure]:
    for encryption in Encryption:
        yield from _figures(Parties(encryption), effort)


def _figures(parties: Parties, effort: Effort) -> Iterator[Figure]:
    encryption, encrypt = parties.encryption, parties.encrypting()
    message = encrypt()
    timings = measure(
        [
            Case("bare encrypt", limit.bare_encrypt(MESSAGE, encryption.key_bytes)),
            Case("encrypt", encrypt),
            Case("joserfc encrypt", parties.joserfc_encrypting()),
            Case("bare decrypt", limit.bare_decrypt(MESSAGE, encryption.key_bytes)),
            Case("decrypt", parties.decrypting(message)),
            Case("joserfc decrypt", parties.joserfc_decrypting(message)),
        ],
        effort,
    )
    for verb in ("encrypt", "decrypt"):
        path, ours = f"{verb}, {encryption}, {len(MESSAGE)} bytes", timings[verb]
        yield share_of(GROUP, path, ours, (f"bare {verb}", timings[f"bare {verb}"]), at_least(0.80))
        yield share_of(GROUP, path, ours, ("joserfc", timings[f"joserfc {verb}"]), at_least(1.3))
