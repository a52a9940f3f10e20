"""What can be wrong with a signed token, a key or a certificate chain."""

from specs.errors import ProtocolError


class JoseError(ProtocolError):
    """Base of the refusals of this package."""

    code = "invalid_token"
    text = "The signed message is not valid."


class InvalidJws(JoseError):
    """Not a compact JWS: three parts, base64url, a JSON object as header."""

    code = "invalid_jws"
    text = "The message is not a signed token in compact form."
    section = "RFC 7515 section 7.1"


class UnsupportedHeader(InvalidJws):
    """The header asks for processing that we do not do: `crit`, `b64`, `zip`."""

    code = "unsupported_header"
    text = "The header of the signed token asks for an extension that is not supported."
    section = "RFC 7515 section 4.1.11"


class AlgorithmNotAllowed(JoseError):
    """The header's algorithm is not the key's, or not one accepted for this use."""

    code = "algorithm_not_allowed"
    text = "The signature algorithm is not accepted."
    section = "RFC 8725 section 3.1"


class WrongType(JoseError):
    """`typ` is missing or names another kind of token."""

    code = "wrong_type"
    text = "The signed token is of another type than expected."
    section = "RFC 8725 section 3.11"


class InvalidSignature(JoseError):
    """The signature was not made with this key over these bytes."""

    code = "invalid_signature"
    text = "The signature is not valid."
    section = "RFC 7515 section 5.2"


class InvalidClaims(JoseError):
    """A registered claim is missing or has the wrong type."""

    code = "invalid_claims"
    text = "A claim of the signed token is missing or malformed."
    section = "RFC 7519 section 4.1"


class ClaimMissing(InvalidClaims):
    """A registered claim that the reader requires is not there."""


class Expired(InvalidClaims):
    """Presented at or after `exp`."""

    code = "expired"
    text = "The signed token has expired."
    section = "RFC 7519 section 4.1.4"


class NotYetValid(InvalidClaims):
    """Presented before `nbf`."""

    code = "not_yet_valid"
    text = "The signed token is not valid yet."
    section = "RFC 7519 section 4.1.5"


class IssuedInTheFuture(InvalidClaims):
    """`iat` lies ahead of our clock."""

    code = "issued_in_the_future"
    text = "The signed token was issued in the future."
    section = "RFC 7519 section 4.1.6"


class WrongAudience(InvalidClaims):
    """`aud` does not name the expected recipient."""

    code = "wrong_audience"
    text = "The signed token is meant for another recipient."
    section = "RFC 7519 section 4.1.3"


class InvalidJwk(JoseError):
    """Not a public key that we can use."""

    code = "invalid_jwk"
    text = "The key is not a valid public key."
    section = "RFC 7517 section 4"


class UnsupportedJwk(InvalidJwk):
    """A key of another type, curve, algorithm or use than we have."""

    code = "unsupported_jwk"
    text = "The type of the key is not supported."


class PrivateJwk(InvalidJwk):
    """A key with private or symmetric members: whoever sent it has lost it."""

    code = "private_jwk"
    text = "The key contains private members."
    section = "RFC 7517 section 9.2"


class InvalidJwks(InvalidJwk):
    """Not a set of keys."""

    code = "invalid_jwks"
    text = "The message is not a valid set of keys."
    section = "RFC 7517 section 5"


class InvalidCertificateChain(JoseError):
    """Base of what can be wrong with `x5c`; itself: not an array of certificates in base64."""

    code = "invalid_x5c"
    text = "The certificate chain is not valid."
    section = "RFC 7515 section 4.1.6"


class ChainTooLong(InvalidCertificateChain):
    """More or larger certificates than allowed."""

    code = "x5c_too_long"
    text = "The certificate chain is too long."


class AnchorInChain(InvalidCertificateChain):
    """A trust anchor or another self-signed certificate was sent along."""

    code = "x5c_contains_anchor"
    text = "The certificate chain contains a self-signed certificate."
    section = "HAIP 1.0 section 6.1.1"


class SelfSignedLeaf(InvalidCertificateChain):
    """The signer's certificate was signed by itself."""

    code = "x5c_leaf_self_signed"
    text = "The certificate of the signer is self-signed."
    section = "HAIP 1.0 section 6.1.1"


class CertificateNotValidNow(InvalidCertificateChain):
    """A certificate of the path has expired or is not valid yet."""

    code = "x5c_not_valid_now"
    text = "A certificate has expired or is not valid yet."
    section = "RFC 5280 section 6.1.3"


class LeafIsAuthority(InvalidCertificateChain):
    """The signer's certificate is one of a certification authority."""

    code = "x5c_leaf_is_ca"
    text = "The certificate of the signer belongs to a certification authority."
    section = "RFC 5280 section 4.2.1.9"


class WrongKeyUsage(InvalidCertificateChain):
    """A certificate whose key may not do what it did."""

    code = "x5c_wrong_key_usage"
    text = "A certificate does not allow this use of its key."
    section = "RFC 5280 section 4.2.1.3"


class NotAnAuthority(InvalidCertificateChain):
    """A certificate was issued by one that is not a certification authority."""

    code = "x5c_issuer_is_not_ca"
    text = "A certificate was issued by something that is not a certification authority."
    section = "RFC 5280 section 6.1.4"


class PathLengthExceeded(InvalidCertificateChain):
    """More certificates below an authority than it may have."""

    code = "x5c_path_length"
    text = "The certificate chain is longer than one of its authorities allows."
    section = "RFC 5280 section 6.1.4"


class BrokenChain(InvalidCertificateChain):
    """A certificate was not issued by the one that follows."""

    code = "x5c_broken"
    text = "The certificates do not form a chain."
    section = "RFC 5280 section 6.1.3"


class UntrustedChain(InvalidCertificateChain):
    """No configured trust anchor issued the last certificate."""

    code = "x5c_untrusted"
    text = "The certificate chain does not end at a trusted authority."
    section = "RFC 5280 section 6.1"


class UnknownCriticalExtension(InvalidCertificateChain):
    """A certificate carries a restriction that we cannot check."""

    code = "x5c_unknown_critical_extension"
    text = "A certificate has a critical extension that is not supported."
    section = "RFC 5280 section 4.2"


class WeakCertificate(InvalidCertificateChain):
    """A certificate with a key or signature algorithm that we do not accept."""

    code = "x5c_weak"
    text = "A certificate uses an algorithm that is not accepted."
    section = "RFC 8725 section 3.2"


class JweError(JoseError):
    """Base of the refusals of an encrypted message."""

    code = "invalid_jwe"
    text = "The encrypted message is not valid."
    section = "RFC 7516 section 5.2"


class InvalidJwe(JweError):
    """Not a compact JWE: five parts, base64url, a JSON object as header."""

    text = "The message is not an encrypted token in compact form."
    section = "RFC 7516 section 7.1"


class UnsupportedJweHeader(InvalidJwe):
    """The header asks for processing that we do not do: `crit`, `zip`, `b64`."""

    code = "unsupported_jwe_header"
    text = "The header of the encrypted token asks for an extension that is not supported."
    section = "RFC 7516 section 4.1"


class EncryptionNotAllowed(JweError):
    """`alg` or `enc` is not one that is accepted here."""

    code = "encryption_not_allowed"
    text = "The encryption algorithm is not accepted."
    section = "RFC 8725 section 3.1"


class InvalidEphemeralKey(JweError):
    """`epk` is not a public point on P-256."""

    code = "invalid_ephemeral_key"
    text = "The ephemeral key of the encrypted message is not valid."
    section = "RFC 7518 section 4.6.1.1"


class DecryptionFailed(JweError):
    """Encrypted for another key, or changed on the way; nobody learns which."""

    code = "decryption_failed"
    text = "The message cannot be decrypted."
    section = "RFC 7516 section 5.2"
