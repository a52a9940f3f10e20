"""The link or QR code of a presentation: by reference, or with the whole request (OpenID4VP section 5)."""

from dataclasses import dataclass
from datetime import datetime

from specs.openid4vp import (
    AuthorizationRequestReference,
    create_authorization_request_uri,
    create_signed_request_uri,
    create_unsigned_request_uri,
    parse_client_id,
)
from verifier.domain.presentation import Presentation
from verifier.domain.relying_service import RelyingService
from verifier.errors import BadTransactionData
from verifier.services.request_contents import RequestContents


@dataclass(frozen=True, slots=True)
class RequestLinks:
    contents: RequestContents
    allow_http: bool

    async def create(self, presentation: Presentation, service: RelyingService, now: datetime) -> str:
        """``openid4vp://?…``; with a signed request in it, that is signed anew each time.

        Raises:
            RequestGone: the preset was taken away, or the presentation has ended.
            BadTransactionData: more to agree to than fits into a link.
        """
        client_id = parse_client_id(presentation.audience)
        if not presentation.by_value:
            request_uri = self.contents.identity.request_uri(presentation.request_id)
            reference = AuthorizationRequestReference(client_id, request_uri, presentation.method)
            return create_authorization_request_uri(reference, insecure_allow_http=self.allow_http)
        parameters = await self.contents.parameters(presentation, service, now)
        try:
            if not presentation.prefix.is_signed:
                return create_unsigned_request_uri(parameters)
            request_object = await self.contents.sign(parameters, presentation, now, None)
            return create_signed_request_uri(client_id, request_object)
        except ValueError as error:
            raise BadTransactionData("too long for a link") from error
