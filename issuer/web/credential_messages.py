"""Bodies of the credential endpoints: JSON, or the same in a JWE (OpenID4VCI sections 8, 9 and 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.defer_credential import PromisedCredentials
from issuer.services.encrypt_messages import EncryptMessages
from issuer.services.issue_credential import IssuedCredentials
from issuer.web.token import NO_STORE
from specs.openid4vci import ResponseEncryption, create_credential_response, create_deferred_response
from specs.openid4vci.errors import InvalidCredentialRequest
from trillium.runtime.bodies import WrongContentType, read_json

ENCRYPTED = "application/jwt"


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The JSON text of a request. ``encrypted``: it came as a JWE."""

    text: bytes = field(repr=False)
    encrypted: bool


class CredentialMessages:
    """Reads requests and writes answers, encrypted where they are."""

    def __init__(self, encryption: EncryptMessages) -> None:
        self._encryption = encryption

    async def read(self, request: Request) -> RequestBody:
        """The body in either form.

        Raises:
            InvalidCredentialRequest: another media type: section 8.3.1.2 has one status and one code for a
                request that is not in the form it should be.
            InvalidEncryptionParameters: a JWE that we cannot open.
        """
        if _media_type(request) == ENCRYPTED:
            return RequestBody(await self._encryption.decrypt(await request.body()), encrypted=True)
        try:
            return RequestBody(await read_json(request), encrypted=False)
        except WrongContentType as error:
            raise InvalidCredentialRequest(error.detail) from error

    def answer(
        self,
        outcome: IssuedCredentials | PromisedCredentials,
        encryption: ResponseEncryption | None,
        *,
        afterwards: BackgroundTask | None = None,
    ) -> Response:
        """200 with credentials or 202 with a promise; both encrypted when the wallet asked for it (4.40).

        ``afterwards``: done once the answer has gone out.
        """
        status, members = _members(outcome)
        if encryption is None:
            body, media_type = orjson.dumps(members), "application/json"
        else:
            body, media_type = self._encryption.encrypt(members, encryption).encode(), ENCRYPTED
        return Response(
            body, status_code=status, media_type=media_type, headers=NO_STORE, background=afterwards
        )


def _members(outcome: IssuedCredentials | PromisedCredentials) -> tuple[int, Mapping[str, Any]]:
    if isinstance(outcome, PromisedCredentials):
        return 202, create_deferred_response(outcome.transaction_id, interval=outcome.interval)
    return 200, create_credential_response(outcome.credentials, notification_id=outcome.notification_id)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
