"""The issuer's public operations: plain handlers, described for the OpenAPI document."""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.web.documents import Document, TypeDocuments
from issuer.web.issuer_metadata import IssuerMetadataEndpoint
from issuer.web.issuing_routes import IssuingEndpoints, issuing_routes
from issuer.web.offers import OfferEndpoint
from issuer.web.status_lists import StatusListEndpoint
from issuer.web.token import TokenEndpoint
from trillium.runtime.health import HEALTH
from trillium.runtime.hot_routes import Handler
from trillium.runtime.live_document import LiveDocument
from trillium.runtime.openapi import FORM, Content, HotRoute

WELL_KNOWN = ("openid-credential-issuer", "oauth-authorization-server", "jwt-vc-issuer")
_ERROR = Content(description="The registered error, as JSON.")
_STATUS_LIST = Content(description="Status List Token.", media_type="application/statuslist+jwt")


@dataclass(frozen=True, slots=True)
class PublicEndpoints:
    """Every endpoint that needs no management token."""

    token: TokenEndpoint
    issuing: IssuingEndpoints
    offer: OfferEndpoint
    status_list: StatusListEndpoint
    types: TypeDocuments
    issuer_metadata: IssuerMetadataEndpoint
    server_metadata: Document
    jwt_vc_issuer: LiveDocument
    jwks: LiveDocument


def public_routes(endpoints: PublicEndpoints) -> Sequence[HotRoute]:
    """In the order in which they are matched: hot ones first."""
    return (*issuing_routes(endpoints.issuing), *_wallet_routes(endpoints), *_documents(endpoints), HEALTH)


def _wallet_routes(endpoints: PublicEndpoints) -> Sequence[HotRoute]:
    return (
        HotRoute(
            method="POST",
            path="/token",
            handler=endpoints.token.respond,
            summary="Token endpoint (OpenID4VCI 1.0 section 6)",
            public=True,
            request=Content(description="Token request.", media_type=FORM),
            responses={200: Content(description="Token response."), 400: _ERROR, 401: _ERROR},
            tags=["wallets"],
        ),
    )


def _documents(endpoints: PublicEndpoints) -> Sequence[HotRoute]:
    return (
        _get("/status-lists/{list_id}", endpoints.status_list.respond, "Status list", _STATUS_LIST),
        _get("/offers/{reference}", endpoints.offer.respond, "Credential offer by reference (section 4.1.3)"),
        _get("/types/{type}/{version}", endpoints.types.respond, "Type metadata (SD-JWT VC section 5)"),
        _get("/jwks", endpoints.jwks.respond, "Public keys of the authorization server"),
        _get(
            "/.well-known/openid-credential-issuer",
            endpoints.issuer_metadata.respond,
            "Credential issuer metadata (OpenID4VCI 1.0 section 12.2)",
        ),
        _get(
            "/.well-known/oauth-authorization-server",
            endpoints.server_metadata.respond,
            "Authorization server metadata (RFC 8414)",
        ),
        _get(
            "/.well-known/jwt-vc-issuer",
            endpoints.jwt_vc_issuer.respond,
            "Keys of the credentials (SD-JWT VC section 4)",
        ),
    )


def _get(
    path: str,
    handler: Handler,
    summary: str,
    content: Content | None = None,
) -> HotRoute:
    return HotRoute(
        method="GET",
        path=path,
        handler=handler,
        summary=summary,
        public=True,
        responses={200: content or Content(description="A JSON document.")},
        tags=["public"],
    )
