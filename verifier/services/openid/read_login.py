"""From the parameters of an authentication request to one that is known to be good, pushed or not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from specs.jose import PublicJwk
from specs.oauth import (
    ClientAndRedirect,
    MalformedParameter,
    MissingCodeChallenge,
    TemporarilyUnavailable,
    parse_client_and_redirect,
)
from specs.openid_connect import (
    PROMPT_LOGIN,
    AuthenticationRequest,
    InvalidIdTokenHint,
    LoginRequired,
    parse_authentication_request,
    verify_id_token_hint,
)
from verifier.domain.openid.choose_preset import acr_of, choose_preset
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.login import LoginRequest
from verifier.domain.preset import Preset
from verifier.openid_errors import RedirectUriNotRegistered
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.verified_claims import VerifiedClaims

Pairs: TypeAlias = Sequence[tuple[str, str]]
_OF_THE_TOKEN: Final = frozenset({"sub", "acr", "amr", "auth_time", "preset", "sid"})
"""Claims about the login: nobody has to show a credential again for them."""


@dataclass(frozen=True, slots=True)
class ReadLogin:
    """``keys``: those of our ID tokens by ``kid``, also those that sign no more."""

    clients: OpenIdClients
    presets: Mapping[str, Preset]
    issuer: str
    keys: Callable[[datetime], Mapping[str, PublicJwk]]
    verified: VerifiedClaims

    async def origin(self, pairs: Pairs) -> tuple[ClientAndRedirect, RegisteredClient]:
        """Who asks, and where answers go: only after this may anything be sent there.

        Raises:
            UnknownClient, RedirectUriNotRegistered, and what specs.oauth.parse_client_and_redirect raises:
            all of them are for the person's eyes (RFC 6749 section 4.1.2.1).
        """
        origin = parse_client_and_redirect(pairs)
        client = await self.clients.find(origin.client_id)
        require_registered(client, origin.redirect_uri)
        return origin, client

    def request(
        self,
        pairs: Pairs,
        client: RegisteredClient,
        now: datetime,
        *,
        pushed: bool,
        proved_jkt: str | None = None,
    ) -> LoginRequest:
        """The whole request. ``proved_jkt``: of the key that was proved when it was pushed.

        Raises:
            specs.oauth.OAuthError: what parse_authentication_request and choose_preset raise;
            MissingCodeChallenge, InvalidIdTokenHint, LoginRequired (nobody can be all that is wanted),
            TemporarilyUnavailable (there is no trust list to check the preset by).
        """
        asked = parse_authentication_request(pairs, pushed=pushed)
        if client.openid.require_pkce and asked.code_challenge is None:
            raise MissingCodeChallenge
        # RFC 9449 section 10.1: both may be there, and then they are the same key.
        if None not in (asked.dpop_jkt, proved_jkt) and asked.dpop_jkt != proved_jkt:
            raise MalformedParameter("dpop_jkt is not the key of the proof")
        preset = choose_preset(asked, client, self.presets, self.issuer)
        if preset not in self.presets:
            raise TemporarilyUnavailable("the preset is not in force")
        return LoginRequest(
            client_id=client.client_id,
            redirect_uri=asked.redirect_uri,
            preset=preset,
            acr=acr_of(self.issuer, preset),
            scope=asked.scope,
            state=asked.state,
            nonce=asked.nonce,
            code_challenge=asked.code_challenge,
            dpop_jkt=proved_jkt or asked.dpop_jkt,
            prompt=asked.prompt,
            max_age=None if asked.max_age is None else timedelta(seconds=asked.max_age),
            wants_auth_time=_wants_auth_time(asked),
            id_token_claims=tuple(asked.claims.id_token),
            wants_claims=_wants_claims(asked),
            verified=self.verified.keep(asked.claims, client.client_id),
            subjects=self._subjects(asked, client, now),
            ui_locales=asked.ui_locales,
        )

    def _subjects(
        self, asked: AuthenticationRequest, client: RegisteredClient, now: datetime
    ) -> tuple[str, ...]:
        """OpenID Connect Core sections 3.1.2.1 (hint) and 3.1.2.2 (claims): whom the client would take."""
        wanted = asked.claims.subjects
        if asked.id_token_hint is None:
            return wanted
        hint = verify_id_token_hint(asked.id_token_hint, self.keys(now), issuer=self.issuer)
        if hint.audience != client.client_id:
            raise InvalidIdTokenHint("of another client")
        if wanted and hint.subject not in wanted:
            raise LoginRequired("nobody is both")
        return (hint.subject,)


def require_registered(client: RegisteredClient, redirect_uri: str) -> None:
    """Returns when the address is the client's, character by character (RFC 9700 section 2.1).

    Raises:
        RedirectUriNotRegistered: it is not; never redirected to.
    """
    if redirect_uri not in client.openid.redirect_uris:
        raise RedirectUriNotRegistered


def _wants_claims(asked: AuthenticationRequest) -> bool:
    named = [*asked.claims.id_token, *asked.claims.userinfo]
    return bool(asked.claims.verified) or not _OF_THE_TOKEN.issuperset(named)


def _wants_auth_time(asked: AuthenticationRequest) -> bool:
    # Core section 2: required with max_age and where it is an essential claim; any wish is enough here.
    named = "auth_time" in asked.claims.id_token
    return named or asked.max_age is not None or PROMPT_LOGIN in asked.prompt
