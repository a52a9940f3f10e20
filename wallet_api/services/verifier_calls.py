"""Every message to a verifier, and what comes back (OpenID4VP 1.0 sections 5.10 and 8.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from specs.errors import ProtocolError
from specs.jose import UnverifiedJws
from specs.oauth import InvalidErrorResponse, parse_error_response
from specs.openid4vp import (
    REQUEST_OBJECT_MEDIA_TYPE,
    AuthorizationRequestReference,
    RequestUriMethod,
    RequestUriPost,
    create_request_uri_post,
    parse_request_object,
    parse_response_answer,
)
from specs.openid4vp.request_object import MAX_REQUEST_OBJECT_LENGTH
from wallet_api.errors import NoAnswer, VerifierRefused, VerifierUnreachable
from wallet_api.ports import Delivery, HttpAnswer, Internet

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class VerifierCalls:
    """``delivery``: how responses leave; everything else goes through ``internet``."""

    internet: Internet
    delivery: Delivery
    allow_http: bool

    async def request_object(
        self, reference: AuthorizationRequestReference, wallet_nonce: str
    ) -> tuple[UnverifiedJws, str | None]:
        """The request object, from whomever, and the nonce that it must repeat: ours if we could send one.

        Redirects are not followed and errors end it (5.02). Raises VerifierUnreachable, InvalidRequestObject.
        """
        accept, most = REQUEST_OBJECT_MEDIA_TYPE, MAX_REQUEST_OBJECT_LENGTH
        posted = reference.request_uri_method is RequestUriMethod.POST
        try:
            if posted:
                fields = create_request_uri_post(RequestUriPost(wallet_nonce=wallet_nonce))
                answer = await self.internet.post_form(
                    reference.request_uri, fields, accept=accept, max_bytes=most
                )
            else:
                answer = await self.internet.get(reference.request_uri, accept=accept, max_bytes=most)
        except NoAnswer as error:
            raise VerifierUnreachable(error.detail) from error
        if answer.status != 200 or answer.media_type != REQUEST_OBJECT_MEDIA_TYPE:
            raise VerifierUnreachable(f"status {answer.status}, {answer.media_type[:80]}")
        return parse_request_object(answer.body), wallet_nonce if posted else None

    async def deliver(self, response_uri: str, fields: Sequence[tuple[str, str]]) -> str | None:
        """Posts a response; where the person is to go on, if anywhere. Nobody goes there by itself (5.21).

        Raises:
            VerifierRefused: it answered with an error.
            VerifierUnreachable: it did not answer, or not as section 8.2 says.
        """
        try:
            answer = await self.delivery.deliver(response_uri, fields)
        except NoAnswer as error:
            raise VerifierUnreachable(error.detail) from error
        if answer.status != 200 or answer.media_type != JSON:
            raise _failure(answer)
        return parse_response_answer(answer.body, insecure_allow_http=self.allow_http)

    async def deliver_refusal(
        self, response_uri: str, fields: Sequence[tuple[str, str]]
    ) -> tuple[bool, str | None]:
        """Tells the verifier that there will be no presentation: whether it got that, and where to go on.

        Never raises for trouble on the way: whether the verifier hears of a refusal changes nothing for it.
        """
        try:
            return True, await self.deliver(response_uri, fields)
        except ProtocolError:
            return False, None


def _failure(answer: HttpAnswer) -> ProtocolError:
    if answer.media_type == JSON and 400 <= answer.status < 500:
        try:
            return VerifierRefused(parse_error_response(answer.body).error)
        except InvalidErrorResponse:
            pass
    return VerifierUnreachable(f"status {answer.status}, {answer.media_type[:80]}")
