"""A token request may ask for less than was granted, never for more (RFC 9396 and RFC 6749, section 6)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from issuer.domain.offer import ConfigurationId
from specs.oauth import InvalidAuthorizationDetails, InvalidScope
from specs.openid4vci import CredentialIssuerMetadata, parse_authorization_details

Details = Sequence[Mapping[str, Any]]


def narrowed_by_details(
    granted: tuple[ConfigurationId, ...], details: Details, metadata: CredentialIssuerMetadata
) -> tuple[ConfigurationId, ...]:
    """What is left of a grant; all of it when there are no details.

    Raises:
        InvalidAuthorizationDetails: malformed, or about something that was not granted.
    """
    wanted = parse_authorization_details(details, metadata)
    if any(one not in granted for one in wanted):
        raise InvalidAuthorizationDetails("more than was granted")
    return tuple(ConfigurationId(one) for one in wanted) or granted


def narrowed_by_scope(
    granted: tuple[ConfigurationId, ...], scope: Collection[str], scopes: Mapping[ConfigurationId, str]
) -> tuple[ConfigurationId, ...]:
    """What is left of a grant; all of it when no scope is named.

    Raises:
        InvalidScope: a scope that was not granted (RFC 6749 section 6).
    """
    if not scope:
        return granted
    if not {scopes[one] for one in granted}.issuperset(scope):
        raise InvalidScope("more than was granted")
    return tuple(one for one in granted if scopes[one] in scope)
