"""Client identifiers: what the part before the first colon says (OpenID4VP 1.0 sections 5.9.1 to 5.9.3)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from specs.openid4vp.errors import ClientIdRefused, OriginClientId

MAX_CLIENT_ID_LENGTH: Final = 2048
_ORIGIN: Final = "origin"


class Prefix(StrEnum):
    """The prefixes of the specification that a request may use."""

    REDIRECT_URI = "redirect_uri"
    OPENID_FEDERATION = "openid_federation"
    DECENTRALIZED_IDENTIFIER = "decentralized_identifier"
    VERIFIER_ATTESTATION = "verifier_attestation"
    X509_SAN_DNS = "x509_san_dns"
    X509_HASH = "x509_hash"


_KNOWN: Final = {prefix.value: prefix for prefix in Prefix}


@dataclass(frozen=True, slots=True)
class ClientId:
    """A client identifier, taken apart.

    `full`: with its prefix; the only form in which a client is compared, stored or named (section 14.10).
    `prefix` None: a client registered beforehand; `value` is then the whole identifier.
    """

    full: str
    prefix: Prefix | None
    value: str


def parse_client_id(client_id: object) -> ClientId:
    """The identifier, by its prefix. Raises OriginClientId, or ClientIdRefused when it is malformed.

    Prefixes are compared as written. One that we do not know is no prefix (section 5.9.2): such a client
    would have to be registered.
    """
    if not isinstance(client_id, str) or not 0 < len(client_id) <= MAX_CLIENT_ID_LENGTH:
        raise ClientIdRefused("length or type")
    # RFC 6749 appendix A.1.
    if not (client_id.isascii() and client_id.isprintable()):
        raise ClientIdRefused("characters")
    name, colon, value = client_id.partition(":")
    if name == _ORIGIN and colon:
        raise OriginClientId
    prefix = _KNOWN.get(name) if colon else None
    if prefix is None:
        return ClientId(client_id, None, client_id)
    if not value:
        raise ClientIdRefused("nothing after the prefix")
    return ClientId(client_id, prefix, value)
