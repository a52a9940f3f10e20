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
        *(
            HotRoute(
                method="POST",
                path=where,
                handler=responses.respond,
                summary=f"Response by direct_post or direct_post.jwt (OpenID4VP 1.0 section 8.2){whose}",
                public=True,
                request=Content(
                    description="vp_token and state, an error, or all of it encrypted.", media_type=FORM
                ),
                responses={200: Content(description="redirect_uri."), 400: error},
                tags=["wallets"],
            )
            for where, whose in (
                ("/responses/{request_id}", ""),
                ("/responses", "; for wallets that know the verifier beforehand"),
            )
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
