"""Which algorithms we accept, per use; nothing else decides that (RFC 8725 sections 3.1 and 3.2).

Only asymmetric signatures can be named: a token can't talk a reader into `none` or into taking a public
key for an HMAC secret, because there is no value for either.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final


class Algorithm(StrEnum):
    """`alg` of RFC 7518 section 3.1 and RFC 8037 section 3.1."""

    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"
    PS256 = "PS256"
    RS256 = "RS256"


class Use(Enum):
    """What a signature is for. The caller says so; the token never does."""

    CREDENTIAL = "credential"
    KEY_BINDING = "key_binding"
    KEY_PROOF = "key_proof"
    KEY_ATTESTATION = "key_attestation"
    STATUS_LIST = "status_list"
    REQUEST_OBJECT = "request_object"
    ACCESS_TOKEN = "access_token"
    METADATA = "metadata"
    DPOP = "dpop"
    CLIENT_ATTESTATION = "client_attestation"
    CLIENT_ATTESTATION_POP = "client_attestation_pop"
    CLIENT_ASSERTION = "client_assertion"
    ID_TOKEN = "id_token"
    LOGOUT_TOKEN = "logout_token"
    RECEIPT = "receipt"
    TRUST_LIST = "trust_list"
    BUNDLE = "bundle"
    LOTE = "lote"

    # Members are singletons; hashing the name, as Enum does, would cost half a microsecond per signature.
    __hash__ = object.__hash__


_OURS: Final = frozenset({Algorithm.ES256})
_OTHERS: Final = frozenset({Algorithm.ES256, Algorithm.ES384, Algorithm.ES512, Algorithm.EDDSA})
_CLIENTS_READ: Final = frozenset({Algorithm.ES256, Algorithm.PS256, Algorithm.RS256})

ALLOWED: Final[Mapping[Use, frozenset[Algorithm]]] = MappingProxyType(
    {
        # Made by other people's software. HAIP 1.0 section 7 asks for ES256; the others are as strong.
        Use.CREDENTIAL: _OTHERS,
        Use.KEY_BINDING: _OTHERS,
        Use.KEY_PROOF: _OTHERS,
        Use.KEY_ATTESTATION: _OTHERS,
        Use.STATUS_LIST: _OTHERS,
        Use.REQUEST_OBJECT: _OTHERS,
        Use.METADATA: _OTHERS,
        Use.DPOP: _OTHERS,
        Use.CLIENT_ATTESTATION: _OTHERS,
        Use.CLIENT_ATTESTATION_POP: _OTHERS,
        Use.LOTE: _OTHERS,
        # OpenID Connect Core section 9: relying services' libraries sign with RS256 unless told otherwise.
        Use.CLIENT_ASSERTION: _OTHERS | {Algorithm.PS256, Algorithm.RS256},
        # Made and read by this product only.
        Use.ACCESS_TOKEN: _OURS,
        Use.RECEIPT: _OURS,
        Use.TRUST_LIST: _OURS,
        Use.BUNDLE: _OURS,
        # OpenID Connect Core section 15.1: RS256 is what every relying party can read.
        Use.ID_TOKEN: _CLIENTS_READ,
        Use.LOGOUT_TOKEN: _CLIENTS_READ,
    }
)
