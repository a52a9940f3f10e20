"""An authorization code for an access token (RFC 6749 section 4.1.3, RFC 7636 section 4.6)."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from issuer.domain.authorization import AuthorizationCode, Sender
from issuer.domain.event import Actor, Event, EventName
from issuer.domain.grant_errors import ExpiredCode, ForeignCode, OtherSenderKey, SpentCode, UnknownCode
from issuer.domain.narrowing import narrowed_by_details
from issuer.ports import AuthorizationStore, Clock, GrantStore
from issuer.services.create_access_token import CreateAccessToken, Granted
from issuer.services.keep_grant import KeepGrant
from issuer.services.resolve_issuer_state import ResolveIssuerState
from issuer.services.secrets_of_offers import hash_secret
from specs.oauth import (
    AuthorizationCodeRequest,
    InvalidClient,
    MissingParameter,
    TokenResponse,
    check_code_verifier,
)
from specs.openid4vci import CredentialIssuerMetadata

_WALLET = Actor("wallet")


@dataclass(frozen=True, slots=True)
class ExchangeCode:
    """A code is good for the client, redirect URI, verifier and keys that it was asked for with."""

    store: AuthorizationStore
    grants: GrantStore
    keep: KeepGrant
    create: CreateAccessToken
    issuer_states: ResolveIssuerState
    metadata: CredentialIssuerMetadata
    clock: Clock

    async def __call__(self, request: AuthorizationCodeRequest, sender: Sender) -> TokenResponse:
        """The access token, limited to what the resident agreed to, and a refresh token for a proved key.

        The code is spent last, in one conditional statement (lessons: keycloak #48902). Whoever is not the
        first learns nothing more and revokes what the first one got: two have a code that belongs to one.

        Raises of InvalidGrant: UnknownCode, SpentCode, ExpiredCode, ForeignCode, WrongCodeVerifier,
        OtherSenderKey; MissingParameter, InvalidClient, InvalidAuthorizationDetails.
        """
        if sender.client_id is None:
            raise InvalidClient("not named")
        if request.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        now, code_hash = self.clock.now(), hash_secret(request.code)
        code = await self._unspent(code_hash, now)
        _check(code, request, request.redirect_uri, sender)
        authorization = code.authorization
        wanted = narrowed_by_details(
            authorization.configuration_ids, request.authorization_details, self.metadata
        )
        by_details = frozenset(wanted) if request.authorization_details else authorization.by_details
        new = self.keep.create(code.subject_ref, wanted, by_details=by_details, sender=sender, now=now)
        exchanged = Event(EventName.CODE_EXCHANGED, _WALLET, now, code.subject_ref)
        if not await self.store.spend_code(code_hash, new.grant, exchanged):
            await self._unspent(code_hash, now)
            raise SpentCode("at the same moment")
        if authorization.offer_id is not None:
            # Of use to the offer's page alone: whether it was made for this person decides that, and no more.
            await self.issuer_states.redeem(authorization.offer_id, code.subject_ref)
        granted = Granted(
            code.subject_ref,
            wanted,
            identified=bool(by_details),
            client_id=sender.client_id,
            jkt=sender.keys.dpop,
            grant_id=new.grant.grant_id,
            with_scope=not by_details.issuperset(wanted),
            refresh_token=new.refresh_token,
        )
        return await self.create(granted, now)

    async def _unspent(self, code_hash: bytes, now: datetime) -> AuthorizationCode:
        code = await self.store.find_code(code_hash)
        if code is None:
            raise UnknownCode
        if code.grant_id is not None:
            again = Event(EventName.CODE_USED_AGAIN, _WALLET, now, code.subject_ref)
            await self.grants.revoke_grant(code.grant_id, again)
            raise SpentCode
        if now >= code.expires_at:
            raise ExpiredCode
        return code


def _check(
    code: AuthorizationCode, request: AuthorizationCodeRequest, redirect_uri: str, sender: Sender
) -> None:
    authorization = code.authorization
    if authorization.client_id != sender.client_id:
        raise ForeignCode("client")
    if not hmac.compare_digest(authorization.redirect_uri.encode(), redirect_uri.encode()):
        raise ForeignCode("redirect URI")
    check_code_verifier(authorization.code_challenge, request.code_verifier)
    if not authorization.bound_to.satisfied_by(sender.keys):
        raise OtherSenderKey
