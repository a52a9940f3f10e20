"""Relying services name themselves with HTTP Basic, as OAuth clients do."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request

from trillium.runtime.authorization import parse_basic
from trillium.runtime.refusals import NotAuthenticated
from verifier.domain.relying_service import RelyingService
from verifier.errors import UnknownRelyingService
from verifier.services.relying_services import RelyingServices

Caller: TypeAlias = Callable[[Request], Awaitable[RelyingService]]


def relying_service_caller(clients: RelyingServices) -> Caller:
    """Who sends a request; to be asked before anything else of it is read.

    The result raises UnknownRelyingService for no credentials, malformed ones, and wrong ones.
    """

    async def caller(request: Request) -> RelyingService:
        try:
            credentials = parse_basic(request.headers.get("authorization"))
        except NotAuthenticated as error:
            # The answer names the scheme that is wanted here (RFC 9110 section 15.5.2).
            raise UnknownRelyingService(error.detail) from error
        return await clients.authenticate(credentials.client_id, credentials.client_secret)

    return caller
