"""What a token response says about datasets (OpenID4VCI 1.0 section 6.2): `credential_identifiers`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from specs.oauth.errors import InvalidTokenResponse

CREDENTIAL_AUTHORIZATION_TYPE: Final = "openid_credential"


@dataclass(frozen=True, slots=True)
class CredentialAuthorization:
    """The datasets of one configuration that the token is good for; the request then names one of them."""

    credential_configuration_id: str
    credential_identifiers: tuple[str, ...]


def parse_credential_authorizations(
    details: Iterable[Mapping[str, Any]],
) -> tuple[CredentialAuthorization, ...]:
    """The entries of type `openid_credential` of a token response; others are not about credentials.

    Raises InvalidTokenResponse for an entry of that type without identifiers.
    """
    return tuple(_parse(one) for one in details if one.get("type") == CREDENTIAL_AUTHORIZATION_TYPE)


def _parse(detail: Mapping[str, Any]) -> CredentialAuthorization:
    configuration, identifiers = (
        detail.get("credential_configuration_id"),
        detail.get("credential_identifiers"),
    )
    if not isinstance(configuration, str) or not isinstance(identifiers, list) or not identifiers:
        raise InvalidTokenResponse("authorization_details")
    if not all(isinstance(one, str) and one for one in identifiers):
        raise InvalidTokenResponse("credential_identifiers")
    return CredentialAuthorization(configuration, tuple(identifiers))
