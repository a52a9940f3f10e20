"""What a wallet refuses in the messages of an issuer. None of it travels, so the codes are ours."""

from specs.errors import ProtocolError


class IssuerMessageError(ProtocolError):
    """Base of the refusals of an issuer's messages."""

    code = "invalid_issuer_message"
    text = "The message of the credential issuer is not valid."


class InvalidCredentialOffer(IssuerMessageError):
    """An offer with missing or malformed members."""

    code = "invalid_credential_offer"
    text = "The credential offer is not valid."
    section = "OpenID4VCI 1.0 section 4.1.1"


class InvalidCredentialOfferUri(InvalidCredentialOffer):
    """A link without exactly one of `credential_offer` and `credential_offer_uri`."""

    code = "invalid_credential_offer_uri"
    text = "The link of the credential offer is not valid."
    section = "OpenID4VCI 1.0 section 4.1"


class UnknownOfferedConfiguration(InvalidCredentialOffer):
    """An offered credential that the issuer's metadata does not list."""

    code = "unknown_offered_configuration"
    text = "The credential offer names a credential that the issuer does not describe."


class WrongAuthorizationServer(InvalidCredentialOffer):
    """An authorization server that the issuer's metadata does not list."""

    code = "wrong_authorization_server"
    text = "The credential offer names an authorization server that the issuer does not use."


class InvalidIssuerMetadata(IssuerMessageError):
    """Issuer metadata with missing or malformed members."""

    code = "invalid_issuer_metadata"
    text = "The metadata of the credential issuer is not valid."
    section = "OpenID4VCI 1.0 section 12.2.4"


class WrongCredentialIssuer(InvalidIssuerMetadata):
    """The document speaks for another issuer than the one asked."""

    code = "wrong_credential_issuer"
    text = "The metadata belongs to another credential issuer."


class InvalidSignedMetadata(InvalidIssuerMetadata):
    """Signed metadata whose signature, type, subject or times are not good."""

    code = "invalid_signed_metadata"
    text = "The signed metadata of the credential issuer is not valid."
    section = "OpenID4VCI 1.0 section 12.2.3"


class InvalidNonceResponse(IssuerMessageError):
    """An answer of the nonce endpoint without a usable `c_nonce`."""

    code = "invalid_nonce_response"
    text = "The answer of the nonce endpoint is not valid."
    section = "OpenID4VCI 1.0 section 7.2"


class InvalidCredentialResponse(IssuerMessageError):
    """A credential response with missing or malformed members."""

    code = "invalid_credential_response"
    text = "The answer of the credential endpoint is not valid."
    section = "OpenID4VCI 1.0 section 8.3"


class TooManyCredentials(InvalidCredentialResponse):
    """More credentials than keys were sent."""

    code = "too_many_credentials"
    text = "The issuer sent more credentials than there were keys."
