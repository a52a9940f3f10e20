"""Issuer metadata in the languages a wallet asks for (OpenID4VCI 1.0 section 12.2.2).

Languages are compared by their primary subtag: who reads French reads `fr-CA`. Nothing but display data is
ever left out, and never all of it: a credential without a name could not be shown.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from specs.openid4vci.credential_configuration import (
    ClaimDescription,
    ClaimDisplay,
    CredentialConfiguration,
    CredentialDisplay,
    CredentialMetadata,
)
from specs.openid4vci.issuer_metadata import CredentialIssuerMetadata, IssuerDisplay

_Display = TypeVar("_Display", IssuerDisplay, CredentialDisplay, ClaimDisplay)
_Keep = Callable[[str | None], bool]


def metadata_languages(metadata: CredentialIssuerMetadata) -> tuple[str, ...]:
    """The languages (BCP 47) in which the issuer shows itself, for `Content-Language`."""
    return tuple(dict.fromkeys(one.locale for one in metadata.display or () if one.locale is not None))


def metadata_in_languages(
    metadata: CredentialIssuerMetadata, languages: Collection[str]
) -> CredentialIssuerMetadata:
    """The metadata with display data for `languages` (`fr`, `en`) only, and what has no language."""
    wanted = {_primary(one) for one in languages}

    def keep(locale: str | None) -> bool:
        return locale is None or _primary(locale) in wanted

    configurations = {
        name: _configuration(one, keep) for name, one in metadata.credential_configurations_supported.items()
    }
    return metadata.model_copy(
        update={
            "display": _displays(metadata.display, keep),
            "credential_configurations_supported": configurations,
        }
    )


def _configuration(configuration: CredentialConfiguration, keep: _Keep) -> CredentialConfiguration:
    described = configuration.credential_metadata
    if described is None:
        return configuration
    claims = None if described.claims is None else tuple(_claim(one, keep) for one in described.claims)
    changed: CredentialMetadata = described.model_copy(
        update={"display": _displays(described.display, keep), "claims": claims}
    )
    return configuration.model_copy(update={"credential_metadata": changed})


def _claim(claim: ClaimDescription, keep: _Keep) -> ClaimDescription:
    return claim.model_copy(update={"display": _displays(claim.display, keep)})


def _displays(displays: Sequence[_Display] | None, keep: _Keep) -> tuple[_Display, ...] | None:
    if displays is None:
        return None
    return tuple(one for one in displays if keep(one.locale)) or tuple(displays)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
