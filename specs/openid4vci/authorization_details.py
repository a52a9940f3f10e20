"""Authorization details of type `openid_credential` (OpenID4VCI 1.0): asked for (5.1.1), granted (6.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from specs.oauth.authorization_errors import InvalidAuthorizationDetails
from specs.oauth.errors import InvalidTokenResponse
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata

CREDENTIAL_AUTHORIZATION_TYPE: Final = "openid_credential"
MAX_DETAILS: Final = 64


@dataclass(frozen=True, slots=True)
class CredentialAuthorization:
    """The datasets of one configuration that the token is good for; the request then names one of them."""

    credential_configuration_id: str
    credential_identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestedCredentials:
    """The configurations that an authorization or token request asks for.

    Each is in one of the two: one that is asked for in both ways counts as asked for by details, and the
    token response then lists its credential identifiers (sections 5.1.2 and 6.2).
    """

    by_details: tuple[str, ...]
    by_scope: tuple[str, ...]

    @property
    def configuration_ids(self) -> tuple[str, ...]:
        return self.by_details + self.by_scope


def parse_authorization_details(
    details: Sequence[Mapping[str, Any]], metadata: CredentialIssuerMetadata
) -> tuple[str, ...]:
    """The configurations named in the details of a request, without repetition, in their order.

    `claims` and unknown members are passed over: which claims there are is the credential type's rule. Raises
    InvalidAuthorizationDetails for another type, a configuration that is not offered, or `locations` that
    are not this issuer (needed when our metadata names authorization servers).
    """
    if len(details) > MAX_DETAILS:
        raise InvalidAuthorizationDetails("too many")
    found: dict[str, None] = {}
    for detail in details:
        if detail.get("type") != CREDENTIAL_AUTHORIZATION_TYPE:
            raise InvalidAuthorizationDetails("type")
        wanted = detail.get("credential_configuration_id")
        if not isinstance(wanted, str) or wanted not in metadata.credential_configurations_supported:
            raise InvalidAuthorizationDetails("credential_configuration_id")
        _check_locations(detail, metadata)
        found[wanted] = None
    return tuple(found)


def parse_requested_credentials(
    *,
    scopes: Iterable[str],
    details: Sequence[Mapping[str, Any]],
    metadata: CredentialIssuerMetadata,
) -> RequestedCredentials:
    """What a request asks for by scope and by details. Unknown scopes are ignored (section 5.1.2).

    Raises InvalidAuthorizationDetails. Nothing asked for is no error here: a scope may be about other things.
    """
    by_details = parse_authorization_details(details, metadata)
    wanted = frozenset(scopes)
    by_scope = tuple(
        name
        for name, one in metadata.credential_configurations_supported.items()
        if one.scope is not None and one.scope in wanted and name not in by_details
    )
    return RequestedCredentials(by_details, by_scope)


def create_authorization_details_response(
    authorizations: Iterable[CredentialAuthorization],
) -> list[dict[str, Any]]:
    """The member `authorization_details` of a token response. ValueError for one without identifiers."""
    return [_create(one) for one in authorizations]


def parse_credential_authorizations(
    details: Iterable[Mapping[str, Any]],
) -> tuple[CredentialAuthorization, ...]:
    """The entries of type `openid_credential` of a token response; others are not about credentials.

    Raises InvalidTokenResponse for an entry of that type without identifiers.
    """
    return tuple(_parse(one) for one in details if one.get("type") == CREDENTIAL_AUTHORIZATION_TYPE)


def _check_locations(detail: Mapping[str, Any], metadata: CredentialIssuerMetadata) -> None:
    locations = detail.get("locations")
    if locations is None and metadata.authorization_servers is None:
        return
    # Section 5.1.1 asks for it where one server serves several issuers; elsewhere a wrong one is still wrong.
    if not isinstance(locations, list | tuple) or metadata.credential_issuer not in locations:
        raise InvalidAuthorizationDetails("locations")


def _create(authorization: CredentialAuthorization) -> dict[str, Any]:
    if not authorization.credential_identifiers:
        raise ValueError("credential_identifiers")
    return {
        "type": CREDENTIAL_AUTHORIZATION_TYPE,
        "credential_configuration_id": authorization.credential_configuration_id,
        "credential_identifiers": list(authorization.credential_identifiers),
    }


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
