"""Routes for wallets: request objects and responses."""

from trillium.runtime.openapi import FORM, Content, HotRoute
from verifier.app.services import Verifier
from verifier.web.wallets import RequestObjectEndpoint, ResponseEndpoint


def wallet_routes(verifier: Verifier) -> tuple[HotRoute, ...]:
    """What wallets talk to."""
    error = Content(description="The registered error, as JSON.")
    signed = Content(description="Request object.", media_type="application/oauth-authz-req+jwt")
    objects, responses = RequestObjectEndpoint(verifier.serve), ResponseEndpoint(verifier.receive)
    path = "/request-objects/{request_id}"
    return (
        HotRoute(
            method="POST",
            path="/responses/{request_id}",
            handler=responses.respond,
            summary="Response by direct_post (OpenID4VP 1.0 section 8.2)",
            public=True,
            request=Content(description="vp_token and state, or an error.", media_type=FORM),
            responses={200: Content(description="An object."), 400: error},
            tags=["wallets"],
        ),
        HotRoute(
            method="GET",
            path=path,
            handler=objects.respond,
            summary="Request object (OpenID4VP 1.0 section 5.10)",
            public=True,
            responses={200: signed, 400: error},
            tags=["wallets"],
        ),
        HotRoute(
            method="POST",
            path=path,
            handler=objects.respond,
            summary="Request object with a nonce of the wallet's (OpenID4VP 1.0 section 5.10)",
            public=True,
            request=Content(description="wallet_nonce and wallet_metadata.", media_type=FORM),
            responses={200: signed, 400: error},
            tags=["wallets"],
        ),
    )
