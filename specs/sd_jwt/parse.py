"""Taking a compact SD-JWT apart (RFC 9901 section 4). Nothing that comes out is trusted yet."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.jose import UnverifiedJws, parse_jws
from specs.sd_jwt.errors import (
    IssuerPayloadInvalid,
    JsonSerialisationUnsupported,
    MalformedSdJwt,
    SdJwtTooLarge,
    TooManyDisclosures,
)
from specs.sd_jwt.process import ProcessedClaims, process_claims

MAX_BYTES: Final = 131_072
MAX_DISCLOSURES: Final = 256

_JWS_DOTS: Final = 2


@dataclass(frozen=True)
class UnverifiedSdJwt:
    """An SD-JWT or SD-JWT+KB as it came."""

    jws: UnverifiedJws
    disclosures: tuple[str, ...]
    key_binding_jwt: str | None
    presented: str
    """`<JWT>~<D>~...~<D>~` as received, with the last tilde: what `sd_hash` covers (section 4.3.1)."""

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The issuer-signed payload with its digests; unverified, not to be changed. IssuerPayloadInvalid."""
        try:
            return parse_json_object(self.jws.payload, max_bytes=len(self.jws.payload))
        except EncodingError as error:
            raise IssuerPayloadInvalid(error.code) from error

    @cached_property
    def processed(self) -> ProcessedClaims:
        """The disclosed claims; unverified, so for a holder's own copy only. Raises SdJwtRejected."""
        return process_claims(self.payload, self.disclosures)


def parse_sd_jwt(
    text: str, *, max_bytes: int = MAX_BYTES, max_disclosures: int = MAX_DISCLOSURES
) -> UnverifiedSdJwt:
    """An SD-JWT, with or without KB-JWT, in compact form.

    Raises SdJwtTooLarge and TooManyDisclosures before anything is parsed, JsonSerialisationUnsupported for
    the JSON form (section 8), MalformedSdJwt for a missing tilde (section 4) and, from the issuer-signed JWT,
    errors of jose.
    """
    if len(text) > max_bytes:
        raise SdJwtTooLarge(f"{len(text)} characters, {max_bytes} allowed")
    if text[:1] in ("{", " ", "\n", "\r", "\t") and text.lstrip().startswith("{"):
        raise JsonSerialisationUnsupported
    tildes = text.count("~")
    if not tildes or not text.isascii():
        raise MalformedSdJwt("no tilde, or not ASCII")
    if tildes - 1 > max_disclosures:
        raise TooManyDisclosures(f"{tildes - 1} disclosures, {max_disclosures} allowed")
    jwt, *disclosures, last = text.split("~")
    if "" in disclosures:
        raise MalformedSdJwt("empty disclosure")
    # A disclosure has no dot: without its tilde it would otherwise pass for a key binding.
    if last and last.count(".") != _JWS_DOTS:
        raise MalformedSdJwt("neither a tilde nor a KB-JWT at the end")
    return UnverifiedSdJwt(
        jws=parse_jws(jwt, max_bytes=max_bytes),
        disclosures=tuple(disclosures),
        key_binding_jwt=last or None,
        presented=text[: len(text) - len(last)],
    )
