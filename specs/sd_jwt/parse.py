"""Taking a compact SD-JWT apart (RFC 9901 section 4). Nothing that comes out is trusted yet."""

from typing import Any, Final, NamedTuple

from specs.encoding import EncodingError, parse_json_object
from specs.jose import UnverifiedJws, parse_jws
from specs.sd_jwt.errors import (
    IssuerPayloadInvalid,
    JsonSerialisationUnsupported,
    MalformedSdJwt,
    SdJwtTooLarge,
    TooManyDisclosures,
)

MAX_BYTES: Final = 131_072
MAX_DISCLOSURES: Final = 256

_JWS_DOTS: Final = 2


class UnverifiedSdJwt(NamedTuple):
    """An SD-JWT or SD-JWT+KB as it came. Only parse_sd_jwt makes one, so that its parts belong together."""

    jws: UnverifiedJws
    payload: dict[str, Any]
    """The issuer-signed payload with its digests. Not to be changed."""
    disclosures: list[str]
    key_binding_jwt: str | None
    presented: str
    """`<JWT>~<D>~...~<D>~` as received, with the last tilde: what `sd_hash` covers (section 4.3.1)."""


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
    # Looking for one tilde takes long strides, to count or split goes through every character: so the JWT and
    # the KB-JWT, which are most of the text, come off first.
    jwt, tilde, rest = text.partition("~")
    if not tilde or not text.isascii():
        raise MalformedSdJwt("no tilde, or not ASCII")
    shown, tilde, last = rest.rpartition("~")
    disclosures = shown.split("~", max_disclosures) if tilde else []
    if len(disclosures) > max_disclosures:
        raise TooManyDisclosures(f"{rest.count('~')} disclosures, {max_disclosures} allowed")
    if "" in disclosures:
        raise MalformedSdJwt("empty disclosure")
    # A disclosure has no dot: without its tilde it would otherwise pass for a key binding.
    if last and last.count(".") != _JWS_DOTS:
        raise MalformedSdJwt("neither a tilde nor a KB-JWT at the end")
    jws = parse_jws(jwt, max_bytes=max_bytes)
    try:
        payload = parse_json_object(jws.payload, max_bytes=max_bytes)
    except EncodingError as error:
        raise IssuerPayloadInvalid(error.code) from error
    parts = (jws, payload, disclosures, last or None, text.removesuffix(last))
    return tuple.__new__(UnverifiedSdJwt, parts)
