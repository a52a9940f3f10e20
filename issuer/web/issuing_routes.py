"""The operations of a wallet that has an access token, and the nonce endpoint, described for OpenAPI."""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.web.credential import CredentialEndpoint, NonceEndpoint
from issuer.web.deferred import DeferredCredentialEndpoint
from issuer.web.notification import NotificationEndpoint
from trillium.runtime.hot_routes import Handler
from trillium.runtime.openapi import Content, HotRoute

_ERROR = Content(description="The registered error, as JSON.")
_CREDENTIALS = Content(description="Credential response; application/jwt when asked for encrypted.")
_PROMISE = Content(description="Not yet: transaction_id and interval.")


@dataclass(frozen=True, slots=True)
class IssuingEndpoints:
    """Where credentials come from."""

    nonce: NonceEndpoint
    credential: CredentialEndpoint
    deferred: DeferredCredentialEndpoint
    notification: NotificationEndpoint


def issuing_routes(endpoints: IssuingEndpoints) -> Sequence[HotRoute]:
    """In the order in which they are matched: hot ones first."""
    return (
        _protected(
            "/credential",
            endpoints.credential.respond,
            "Credential endpoint (OpenID4VCI 1.0 section 8)",
            "Credential request, as JSON or as a JWE.",
            {200: _CREDENTIALS, 202: _PROMISE},
        ),
        HotRoute(
            method="POST",
            path="/nonce",
            handler=endpoints.nonce.respond,
            summary="Nonce endpoint (OpenID4VCI 1.0 section 7)",
            public=True,
            responses={200: Content(description="A fresh c_nonce.")},
            tags=["wallets"],
        ),
        _protected(
            "/deferred-credential",
            endpoints.deferred.respond,
            "Deferred credential endpoint (OpenID4VCI 1.0 section 9)",
            "Deferred credential request, as JSON or as a JWE.",
            {200: _CREDENTIALS, 202: _PROMISE},
        ),
        _protected(
            "/notification",
            endpoints.notification.respond,
            "Notification endpoint (OpenID4VCI 1.0 section 11)",
            "Notification.",
            {204: Content(description="Heard.")},
        ),
    )


def _protected(
    path: str, handler: Handler, summary: str, request: str, responses: dict[int, Content]
) -> HotRoute:
    return HotRoute(
        method="POST",
        path=path,
        handler=handler,
        summary=summary,
        public=False,
        request=Content(description=request),
        responses={**responses, 400: _ERROR, 401: _ERROR},
        tags=["wallets"],
    )
