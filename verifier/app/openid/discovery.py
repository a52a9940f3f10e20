"""What the provider says about itself, and its keys, wired (7.01, 7.07)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from keys import KeyPurpose
from specs.openid_connect import ProviderMetadata, create_provider_metadata
from trillium.runtime.cors import CrossOrigin
from trillium.runtime.live_document import LiveDocument
from trillium.runtime.openapi import Content, HotRoute
from verifier.domain.openid.choose_preset import acr_of
from verifier.domain.openid.claims import mapped_names
from verifier.domain.preset import Preset

if TYPE_CHECKING:
    from verifier.app.services import Verifier

MAX_AGE: Final = 300
"""Seconds: half of what passes between the publication of a new key and its first signature (7.07)."""

DISCOVERY_CROSS_ORIGIN: Final = (CrossOrigin("/openid/.well-known/"), CrossOrigin("/openid/jwks"))


def provider_metadata(
    issuer: str, presets: Mapping[str, Preset], *, trust_framework: str, https: bool
) -> dict[str, Any]:
    """What the provider says about itself at this moment: presets come and go with whom is trusted (7.01)."""
    documents = dict.fromkeys(
        vct for preset in presets.values() for one in preset.query.credentials for vct in one.types
    )
    claims = dict.fromkeys(name for preset in presets.values() for name in mapped_names(preset))
    return create_provider_metadata(
        ProviderMetadata(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=f"{issuer}/token",
            userinfo_endpoint=f"{issuer}/userinfo",
            jwks_uri=f"{issuer}/jwks",
            pushed_authorization_request_endpoint=f"{issuer}/par",
            end_session_endpoint=f"{issuer}/logout",
            registration_endpoint=f"{issuer}/register",
            acr_values=tuple(acr_of(issuer, preset) for preset in presets),
            presets=tuple(presets),
            claims=tuple(claims),
            trust_frameworks=(trust_framework,),
            documents=tuple(documents),
            backchannel_logout=True,
        ),
        insecure_allow_http=not https,
    )


def discovery_routes(verifier: "Verifier") -> Sequence[HotRoute]:
    """Metadata and keys."""
    ring, clock, settings = verifier.ring, verifier.outside.clock, verifier.settings
    described = LiveDocument(
        lambda: provider_metadata(
            settings.openid_issuer,
            verifier.presets,
            trust_framework=settings.trust_framework,
            https=settings.https,
        ),
        max_age=MAX_AGE,
    )
    keys = LiveDocument(lambda: ring.jwks((KeyPurpose.ID_TOKEN,), clock.now()), max_age=MAX_AGE)
    return (
        HotRoute(
            method="GET",
            path="/openid/.well-known/openid-configuration",
            handler=described.respond,
            summary="Provider metadata (OpenID Connect Discovery 1.0 section 4)",
            public=True,
            responses={200: Content(description="Provider metadata.")},
            tags=["relying services"],
        ),
        HotRoute(
            method="GET",
            path="/openid/jwks",
            handler=keys.respond,
            summary="Public keys of ID tokens and logout tokens (RFC 7517 section 5)",
            public=True,
            responses={200: Content(description="A JWK Set.")},
            tags=["relying services"],
        ),
    )
