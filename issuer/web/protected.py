"""How requests show tokens, keys and attestations: from headers to what the services take."""

from starlette.requests import Request

from issuer.services.authenticate_client import SenderHeaders
from issuer.services.authorize_request import ProtectedRequest
from specs.oauth import ATTESTATION_HEADER, ATTESTATION_POP_HEADER, DPOP_HEADER


def path_of(request: Request) -> str:
    """The path below the application's public URL."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def protected_request(request: Request) -> ProtectedRequest:
    """For ``AuthorizeRequest``."""
    return ProtectedRequest(
        method=request.method,
        path=path_of(request),
        authorization=request.headers.getlist("authorization"),
        dpop=request.headers.getlist(DPOP_HEADER),
        query_names=set(request.query_params.keys()),
    )


def sender_headers(request: Request) -> SenderHeaders:
    """For ``AuthenticateClient``."""
    return SenderHeaders(
        dpop=request.headers.getlist(DPOP_HEADER),
        attestation=request.headers.getlist(ATTESTATION_HEADER),
        attestation_pop=request.headers.getlist(ATTESTATION_POP_HEADER),
    )
