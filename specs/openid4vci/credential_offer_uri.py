"""The link or QR code that carries an offer, by value or by reference (OpenID4VCI 1.0 section 4.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from specs.encoding import create_json
from specs.oauth.errors import InvalidRequest, InvalidUrl
from specs.oauth.form import MAX_PARAMETERS, parse_parameters
from specs.oauth.url import check_url
from specs.openid4vci.credential_offer import CredentialOffer, create_credential_offer, parse_credential_offer
from specs.openid4vci.wallet_errors import InvalidCredentialOfferUri

CREDENTIAL_OFFER_ENDPOINT: Final = "openid-credential-offer://"
# The default of section 12.1.1, the one of HAIP 1.0 section 4.2, and wallets' own https links.
CREDENTIAL_OFFER_SCHEMES: Final = frozenset({"openid-credential-offer", "haip-vci", "https"})
MAX_URI_LENGTH: Final = 32_768


@dataclass(frozen=True, slots=True)
class CredentialOfferReference:
    """Where to fetch the offer: with GET, as `application/json`, by the client for strangers' addresses."""

    uri: str


def create_credential_offer_uri(offer: CredentialOffer, *, endpoint: str = CREDENTIAL_OFFER_ENDPOINT) -> str:
    """The link with the offer in it. `endpoint`: the wallet's, up to and without the question mark."""
    value = create_json(create_credential_offer(offer)).decode("utf-8")
    return f"{endpoint}?credential_offer={quote(value, safe='')}"


def create_credential_offer_reference_uri(
    uri: str, *, endpoint: str = CREDENTIAL_OFFER_ENDPOINT, insecure_allow_http: bool = False
) -> str:
    """The link to an offer that is served at `uri`; short enough for a QR code. Raises InvalidUrl."""
    check_url(uri, insecure_allow_http=insecure_allow_http)
    return f"{endpoint}?credential_offer_uri={quote(uri, safe='')}"


def parse_credential_offer_uri(
    uri: str,
    *,
    schemes: Collection[str] = CREDENTIAL_OFFER_SCHEMES,
    insecure_allow_http: bool = False,
) -> CredentialOffer | CredentialOfferReference:
    """What a link or QR code offers. `schemes`: those the wallet answers to, in lower case.

    Raises InvalidCredentialOfferUri when it does not carry exactly one of `credential_offer` and
    `credential_offer_uri` (an https address), InvalidCredentialOffer when the offer itself is malformed.
    """
    try:
        if len(uri) > MAX_URI_LENGTH or not uri.isascii() or not uri.isprintable():
            raise InvalidCredentialOfferUri("length or spelling")
        parts = urlsplit(uri)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
        parameters = parse_parameters(pairs, max_value_length=MAX_URI_LENGTH)
    except (ValueError, InvalidRequest) as error:
        raise InvalidCredentialOfferUri("not a link with parameters") from error
    if parts.scheme not in schemes:
        raise InvalidCredentialOfferUri("scheme")
    value, reference = parameters.get("credential_offer"), parameters.get("credential_offer_uri")
    # Section 4.1: with both, two wallets could accept two different offers.
    if (value is None) == (reference is None):
        raise InvalidCredentialOfferUri("neither or both of credential_offer and credential_offer_uri")
    if value is not None:
        return parse_credential_offer(value, insecure_allow_http=insecure_allow_http)
    try:
        check_url(reference, insecure_allow_http=insecure_allow_http)
    except InvalidUrl as error:
        raise InvalidCredentialOfferUri(f"credential_offer_uri: {error.detail}") from error
    return CredentialOfferReference(str(reference))
