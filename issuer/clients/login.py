"""Signing residents in with an OpenID provider: the code flow with PKCE (OpenID Connect Core section 3.1).

Authlib builds the messages and judges the ID token's claims; our own client does the calls, so that they
are limited in time and size; our own JOSE checks signatures. Nothing that goes wrong here says more than
which check it was: no claim, code or token reaches an error or a log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth, TokenAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from issuer.clients.id_token import Expected, UnknownSigningKey, verify_id_token
from issuer.clients.login_provider import (
    MAX_DOCUMENT_BYTES,
    Provider,
    ProviderDocuments,
    asking,
    fetch_json,
    json_of,
)
from issuer.domain.login import LoginAttempt, SignedInAccount
from issuer.errors import LoginCancelled, LoginNotTrusted, LoginUnavailable
from issuer.ports import Clock
from trillium.runtime.http_client import ConfiguredClient

FORM: Final = "application/x-www-form-urlencoded"
MAX_PARAMETER: Final = 4096
MAX_IDENTIFIER: Final = 128
_REFUSALS: Final = frozenset(
    {
        "access_denied",
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    }
)
_NOT_NOW: Final = frozenset({"temporarily_unavailable", "server_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginClient:
    """How the provider knows the issuer."""

    issuer: str
    """The provider's issuer identifier."""
    client_id: str
    client_secret: str = field(repr=False)
    """Empty: a public client."""
    redirect_uri: str
    scope: str
    """``openid``, and what makes the provider tell ``claim``."""
    claim: str
    """By which the register finds the person."""


class UpstreamLogin:
    """``ports.Login``."""

    def __init__(self, registered: LoginClient, client: ConfiguredClient, clock: Clock) -> None:
        self._registered = registered
        self._client = client
        self._clock = clock
        self._documents = ProviderDocuments(client, clock, registered.issuer)

    async def begin(self, attempt: LoginAttempt, ui_locales: str) -> str:
        provider = await self._documents.provider()
        url, _state = self._protocol().create_authorization_url(
            provider.authorization_endpoint,
            state=attempt.state,
            code_verifier=attempt.code_verifier,
            nonce=attempt.nonce,
            ui_locales=ui_locales or None,
        )
        return str(url)

    async def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> SignedInAccount:
        provider = await self._documents.provider()
        code = _code_of(answer, provider)
        tokens = await self._redeem(provider, code, attempt)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str | None):
            raise LoginNotTrusted("token response: no ID token, or tokens that are no strings")
        claims = await self._verify(id_token, access_token, attempt)
        identifier = claims.get(self._registered.claim)
        if identifier is None and provider.userinfo_endpoint and access_token:
            identifier = await self._from_userinfo(provider.userinfo_endpoint, access_token, claims["sub"])
        if not isinstance(identifier, str) or not 0 < len(identifier) <= MAX_IDENTIFIER:
            raise LoginNotTrusted("the provider does not tell the configured claim")
        moment = claims.get("auth_time", claims["iat"])
        return SignedInAccount(identifier, _moment(moment, self._clock.now()))

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()

    def _protocol(self) -> Any:
        return OAuth2Client(
            session=None,
            client_id=self._registered.client_id,
            scope=self._registered.scope,
            redirect_uri=self._registered.redirect_uri,
            code_challenge_method="S256",
        )

    async def _redeem(self, provider: Provider, code: str, attempt: LoginAttempt) -> dict[str, Any]:
        """The token request (section 3.1.3.1), with the client's authentication (section 9)."""
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self._registered.redirect_uri,
            code_verifier=attempt.code_verifier,
        )
        headers = {"Accept": "application/json"}
        _, headers, body = self._authentication(provider).prepare(
            "POST", provider.token_endpoint, headers, body
        )
        async with asking("token response"):
            reply = await self._client.post(
                provider.token_endpoint,
                body.encode(),
                content_type=FORM,
                max_bytes=MAX_DOCUMENT_BYTES,
                headers=headers,
            )
        return json_of(reply, "token response")

    def _authentication(self, provider: Provider) -> Any:
        """What the provider takes: a secret in the header before one in the body."""
        name, secret = self._registered.client_id, self._registered.client_secret
        if not secret:
            return ClientAuth(name, None, "none")
        if (
            "client_secret_basic" in provider.auth_methods
            or "client_secret_post" not in provider.auth_methods
        ):
            # RFC 6749 section 2.3.1: both are form-encoded first, which Authlib leaves to its caller.
            return ClientAuth(quote_plus(name), quote_plus(secret), "client_secret_basic")
        return ClientAuth(name, secret, "client_secret_post")

    async def _verify(self, id_token: str, access_token: str | None, attempt: LoginAttempt) -> dict[str, Any]:
        registered, now = self._registered, self._clock.now()
        expected = Expected(registered.issuer, registered.client_id, attempt.nonce, access_token)
        try:
            return verify_id_token(id_token, await self._documents.keys(), expected, now=now)
        except UnknownSigningKey:
            keys = await self._documents.keys(after_unknown=True)
            return verify_id_token(id_token, keys, expected, now=now)

    async def _from_userinfo(self, url: str, access_token: str, subject: object) -> object:
        """The claim, for providers that tell it there only; of the same ``sub`` (section 5.3.2)."""
        token = {"access_token": access_token, "token_type": "bearer"}
        url, headers, _ = TokenAuth(token).prepare(url, {}, "")
        claims = await fetch_json(self._client, url, "userinfo response", headers)
        if claims.get("sub") != subject:
            raise LoginNotTrusted("userinfo response: another sub")
        return claims.get(self._registered.claim)


def _code_of(answer: Mapping[str, str], provider: Provider) -> str:
    """The code of an authorization response. Raises the LoginFailed that an error response stands for."""
    # RFC 9207 section 2.4: an answer of another provider must not be redeemed at this one.
    if answer.get("iss", provider.issuer if not provider.names_itself else None) != provider.issuer:
        raise LoginNotTrusted("authorization response: another issuer")
    error = answer.get("error")
    if error in _REFUSALS:
        raise LoginCancelled(f"authorization response: {error}")
    if error in _NOT_NOW:
        raise LoginUnavailable(f"authorization response: {error}")
    if error is not None:
        raise LoginNotTrusted("authorization response: an error that tells of a wrong configuration")
    code = answer.get("code", "")
    if not 0 < len(code) <= MAX_PARAMETER:
        raise LoginNotTrusted("authorization response: no code")
    return code


def _moment(seconds: object, now: datetime) -> datetime:
    """``auth_time`` as a moment that is not in the future."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 2**33:
        raise LoginNotTrusted("ID token: auth_time")
    return min(datetime.fromtimestamp(seconds, UTC), now)
