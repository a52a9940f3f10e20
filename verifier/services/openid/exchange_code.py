"""A code for an ID token and an access token (RFC 6749 section 4.1.3, OpenID Connect Core section 3.1.3)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.jose import Algorithm
from specs.oauth import (
    BEARER,
    DPOP,
    AuthorizationCodeRequest,
    MissingParameter,
    WrongCodeVerifier,
    check_code_verifier,
)
from specs.openid_connect import ID_TOKEN, IdToken, prepare_id_token
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.grant import ID_TOKEN_LIFETIME, TOKEN_LIFETIME, Grant, TokenOfGrant
from verifier.openid_errors import ExpiredCode, ForeignCode, OtherSenderKey, SpentCode, UnknownCode
from verifier.ports import Clock, Randomness
from verifier.services.openid.grants import SECRET_BYTES, Grants
from verifier.services.page_secrets import hash_secret

AMR: Final = ("pop",)
"""RFC 8176: a key was used. There is no value for a credential (7.19)."""
_CLIENT: Final = Actor("relying-service")

SignerFor = Callable[[Algorithm, datetime], Signer]


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """``expires_in``: seconds."""

    access_token: str = field(repr=False)
    token_type: str
    expires_in: int
    scope: tuple[str, ...]
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExchangeCode:
    """A code is good for the client, redirect URI, verifier and key that it was asked for with."""

    grants: Grants
    signer_for: SignerFor
    clock: Clock
    randomness: Randomness
    issuer: str

    async def __call__(
        self, request: AuthorizationCodeRequest, client: RegisteredClient, jkt: str | None
    ) -> IssuedTokens:
        """The tokens. ``jkt``: the thumbprint of a key that the client has proved, for a bound token.

        The code is spent last, by one conditional update. Whoever is not the first revokes what the first one
        got: two have a code that belongs to one (section 4.1.2).

        Raises of specs.oauth.InvalidGrant: UnknownCode, SpentCode, ExpiredCode, ForeignCode, OtherSenderKey,
        WrongCodeVerifier; MissingParameter.
        """
        if request.redirect_uri is None:
            raise MissingParameter("redirect_uri")
        now, code_hash = self.clock.now(), hash_secret(request.code)
        grant = await self._unspent(code_hash, now)
        _check(grant, request, request.redirect_uri, client, jkt)
        access_token = b64url_encode(self.randomness.token_bytes(SECRET_BYTES))
        id_token = await self._id_token(grant, client, access_token, now)
        token = TokenOfGrant(token_hash=hash_secret(access_token), expires_at=now + TOKEN_LIFETIME, jkt=jkt)
        exchanged = Event(EventName.CODE_EXCHANGED, _CLIENT, now, grant.client_id, grant.preset)
        if not await self.grants.store.spend_code(code_hash, token, now, exchanged):
            await self._unspent(code_hash, now)
            raise SpentCode("at the same moment")
        return IssuedTokens(
            access_token,
            BEARER if jkt is None else DPOP,
            int(TOKEN_LIFETIME.total_seconds()),
            grant.scope,
            id_token,
        )

    async def _unspent(self, code_hash: bytes, now: datetime) -> Grant:
        grant = await self.grants.store.find_grant(code_hash)
        if grant is None:
            raise UnknownCode
        if grant.used_at is not None:
            again = Event(EventName.CODE_USED_AGAIN, _CLIENT, now, grant.client_id, grant.preset)
            await self.grants.store.revoke_grant(code_hash, again)
            raise SpentCode
        if now >= grant.expires_at:
            raise ExpiredCode
        return grant

    async def _id_token(
        self, grant: Grant, client: RegisteredClient, access_token: str, now: datetime
    ) -> str:
        claims = self.grants.claims_of(grant, ID_TOKEN) if grant.id_token_claims else {}
        signer = self.signer_for(client.openid.id_token_alg, now)
        prepared = prepare_id_token(
            IdToken(
                issuer=self.issuer,
                subject=grant.sub,
                audience=grant.client_id,
                issued_at=now,
                expires_at=now + ID_TOKEN_LIFETIME,
                nonce=grant.nonce,
                auth_time=grant.auth_time if grant.wants_auth_time else None,
                acr=grant.acr,
                amr=AMR,
                preset=grant.preset,
                sid=grant.sid,
                access_token=access_token,
                claims={name: value for name, value in claims.items() if name in grant.id_token_claims},
            ),
            algorithm=signer.algorithm,
            key_id=signer.key_id,
        )
        return prepared.attach(await signer.sign(prepared.data))


def _check(
    grant: Grant,
    request: AuthorizationCodeRequest,
    redirect_uri: str,
    client: RegisteredClient,
    jkt: str | None,
) -> None:
    if grant.client_id != client.client_id:
        raise ForeignCode("client")
    if not hmac.compare_digest(grant.redirect_uri.encode(), redirect_uri.encode()):
        raise ForeignCode("redirect URI")
    if client.openid.require_pkce and grant.code_challenge is None:
        # No such code is given out; where one came from elsewhere, nothing else would protect it.
        raise WrongCodeVerifier("asked for without a challenge")
    check_code_verifier(grant.code_challenge, request.code_verifier)
    if grant.dpop_jkt is not None and grant.dpop_jkt != jkt:
        # RFC 9449 section 10: the code was asked for with a key.
        raise OtherSenderKey
