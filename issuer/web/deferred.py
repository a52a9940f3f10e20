"""The deferred credential endpoint (OpenID4VCI section 9)."""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.authorize_request import AuthorizeRequest
from issuer.services.issue_deferred import FetchedCredentials, IssueDeferred
from issuer.web.credential_messages import CredentialMessages
from issuer.web.protected import protected_request
from specs.openid4vci import parse_deferred_request


class DeferredCredentialEndpoint:
    """``POST /deferred-credential``: the credentials, or the same promise again."""

    def __init__(
        self, issue: IssueDeferred, authorize: AuthorizeRequest, messages: CredentialMessages
    ) -> None:
        self._issue = issue
        self._authorize = authorize
        self._messages = messages

    async def respond(self, request: Request) -> Response:
        grant = await self._authorize(protected_request(request))
        body = await self._messages.read(request)
        asked = parse_deferred_request(body.text, encrypted=body.encrypted)
        outcome = await self._issue(grant, asked)
        if not isinstance(outcome, FetchedCredentials):
            return self._messages.answer(outcome, asked.response_encryption)
        # Not before: a wallet that got nothing asks again and gets the same.
        delivered = BackgroundTask(self._issue.confirm, outcome)
        return self._messages.answer(outcome.issued, asked.response_encryption, afterwards=delivered)
