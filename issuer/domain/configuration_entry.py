"""A credential type as issuer metadata shows it (OpenID4VCI 1.0 section 12.2.4, appendix A.3.2)."""

from collections.abc import Iterable
from typing import Any, Final

from issuer.domain.configuration import FORMAT, CredentialConfiguration
from specs.sd_jwt_vc import ClaimMetadata, ImageReference, SimpleRendering, TypeDisplay

BINDING_METHODS: Final = ("jwk",)
SIGNING_ALGORITHMS: Final = ("ES256",)


def create_configuration_entry(
    configuration: CredentialConfiguration, *, attested_keys: bool = False
) -> dict[str, Any]:
    """The entry of `credential_configurations_supported` for a type (4.06).

    Labels are those of the type metadata, which wallets prefer: the two can never differ. `attested_keys`:
    somebody is trusted to attest keys, so that an attestation can stand in place of proofs (appendix F.3).
    """
    policy = configuration.settings.holder_key
    proof: dict[str, Any] = {
        "proof_signing_alg_values_supported": [algorithm.value for algorithm in policy.proof_algorithms]
    }
    if policy.attestation is not None:
        # Absent when not required; present and empty means that any attestation will do.
        proof["key_attestations_required"] = policy.attestation.model_dump(mode="json", exclude_defaults=True)
    proof_types = {"jwt": proof}
    if attested_keys:
        proof_types["attestation"] = {"key_attestations_required": {}, **proof}
    return {
        "format": FORMAT,
        "scope": configuration.scope,
        "vct": configuration.vct,
        "cryptographic_binding_methods_supported": list(BINDING_METHODS),
        "credential_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "proof_types_supported": proof_types,
        "credential_metadata": {
            "display": [_display(display) for display in configuration.metadata.display],
            "claims": [_claim(claim) for claim in configuration.metadata.claims],
        },
    }


def create_configurations_supported(
    configurations: Iterable[CredentialConfiguration], *, attested_keys: bool = False
) -> dict[str, Any]:
    """The value of `credential_configurations_supported`."""
    return {
        configuration.id: create_configuration_entry(configuration, attested_keys=attested_keys)
        for configuration in configurations
    }


def largest_batch(configurations: Iterable[CredentialConfiguration]) -> int:
    """`batch_credential_issuance.batch_size` of the issuer: of all types the most copies at once."""
    return max(configuration.batch_size for configuration in configurations)


def _display(display: TypeDisplay) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": display.name, "locale": display.locale}
    if display.description:
        shown["description"] = display.description
    if display.simple is not None:
        shown.update(_simple(display.simple))
    return shown


def _simple(rendering: SimpleRendering) -> dict[str, Any]:
    members = {
        "logo": _image(rendering.logo),
        "background_image": _image(rendering.background_image),
        "background_color": rendering.background_color,
        "text_color": rendering.text_color,
    }
    return {name: value for name, value in members.items() if value is not None}


def _image(image: ImageReference | None) -> dict[str, Any] | None:
    if image is None:
        return None
    return {"uri": image.uri, "alt_text": image.alt_text} if image.alt_text else {"uri": image.uri}


def _claim(claim: ClaimMetadata) -> dict[str, Any]:
    return {
        "path": list(claim.path),
        "mandatory": claim.is_mandatory,
        "display": [{"name": display.label, "locale": display.locale} for display in claim.display or ()],
    }
