"""Issuer metadata with display data in several languages."""

from typing import Any, Final

from specs.openid4vci import CredentialIssuerMetadata
from tests.specs.openid4vci.material import metadata

TAGS: Final = ("en-CA", "fr-CA", "de")


def shown(*tags: str | None) -> list[dict[str, Any]]:
    return [{"name": f"in {tag}"} | ({} if tag is None else {"locale": tag}) for tag in tags]


def issuer(*tags: str | None) -> CredentialIssuerMetadata:
    described = {
        "display": shown(*tags),
        "claims": [{"path": ["a"], "display": shown(*tags)}, {"path": ["b"], "mandatory": True}],
    }
    changed = metadata().model_dump(mode="json", exclude_defaults=True)
    changed["display"] = shown(*tags)
    changed["credential_configurations_supported"]["person"]["credential_metadata"] = described
    return CredentialIssuerMetadata.model_validate(changed)
