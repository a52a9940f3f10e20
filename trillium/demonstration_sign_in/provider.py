"""What the demonstration provider says and signs: metadata, codes, ID tokens. One client; all in memory.

OpenID Connect Core section 3.1 with nothing left out that protects the client: the redirect URI is compared
exactly, PKCE is required, a code is good once and for a minute, answers name their issuer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric import rsa

from specs.encoding import b64url_encode, create_json, to_numeric_date
from specs.jose import Algorithm, create_public_jwk, prepare_jws, public_jwk_of, sign_with
from specs.oauth import (
    AccessDenied,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    OAuthError,
    UnsupportedGrantType,
    UnsupportedResponseType,
    create_authorization_error_response,
    create_authorization_response,
    verify_code_verifier,
)
from specs.oauth.pkce import is_code_challenge

CODE_LIFETIME: Final = timedelta(seconds=60)
TOKEN_LIFETIME: Final = timedelta(minutes=5)
MOST_CODES: Final = 10_000
SECRET_BYTES: Final = 32
REGISTER_NUMBER_CLAIM: Final = "register_number"


class Clock(Protocol):
    def now(self) -> datetime: ...


class Randomness(Protocol):
    def token_bytes(self, count: int) -> bytes: ...


class UnknownClient(OAuthError):
    """Not our one client, or not its redirect URI: nobody is sent anywhere (RFC 6749 section 4.1.2.1)."""

    code = "invalid_request"
    text = "This page is reached from the issuer of this demonstration only."


class LoginRequired(OAuthError):
    """``prompt=none``: there are no sessions here, somebody always has to choose."""

    code = "login_required"
    text = "Somebody has to choose a person."


class RequestRefused(Exception):
    """A request of our client that is wrong; the browser goes back with the reason."""

    def __init__(self, redirect: str) -> None:
        super().__init__("refused")
        self.redirect = redirect


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """A checked authentication request."""

    state: str | None
    nonce: str | None
    code_challenge: str


@dataclass(frozen=True, slots=True)
class _Granted:
    request: SignInRequest
    register_number: str = field(repr=False)
    at: datetime


class DemonstrationProvider:
    """``issuer``: its own public URL. ``client_id`` and ``redirect_uri``: its one client."""

    def __init__(
        self, issuer: str, client_id: str, redirect_uri: str, clock: Clock, randomness: Randomness
    ) -> None:
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self._client_id = client_id
        self._clock = clock
        self._randomness = randomness
        self._codes: dict[str, _Granted] = {}

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery section 3."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "claims_supported": [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                REGISTER_NUMBER_CLAIM,
            ],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "ui_locales_supported": ["en-CA", "fr-CA"],
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }

    def jwks(self) -> dict[str, Any]:
        public = self._key.public_key()
        return {"keys": [{**create_public_jwk(public, kid=self._key_id), "use": "sig", "alg": "RS256"}]}

    def parse_request(self, pairs: Sequence[tuple[str, str]]) -> SignInRequest:
        """An authentication request (section 3.1.2.1). Raises UnknownClient or RequestRefused."""
        given = dict(pairs)
        known = {"client_id": self._client_id, "redirect_uri": self.redirect_uri}
        if any(given.get(name) != value for name, value in known.items()):
            raise UnknownClient
        error = _wrong_with(given) if len(given) == len(pairs) else InvalidRequest("a parameter twice")
        if error is not None:
            raise RequestRefused(self._answer(error, given.get("state")))
        return SignInRequest(given.get("state"), given.get("nonce"), given["code_challenge"])

    def refuse(self, request: SignInRequest) -> str:
        """Where the browser goes when nobody signs in."""
        return self._answer(AccessDenied(), request.state)

    def grant(self, request: SignInRequest, register_number: str) -> str:
        """Where the browser goes with the code for this person."""
        now = self._clock.now()
        self._codes = {code: one for code, one in self._codes.items() if now - one.at < CODE_LIFETIME}
        if len(self._codes) >= MOST_CODES:
            raise InvalidRequest("too many codes")
        code = b64url_encode(self._randomness.token_bytes(SECRET_BYTES))
        self._codes[code] = _Granted(request, register_number, now)
        return create_authorization_response(
            self.redirect_uri, code=code, state=request.state, issuer=self.issuer
        )

    def redeem(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """The token response (section 3.1.3.3). Raises an OAuthError."""
        given = dict(pairs)
        if len(given) != len(pairs):
            raise InvalidRequest("a parameter twice")
        if given.get("grant_type") != "authorization_code":
            raise UnsupportedGrantType
        if given.get("client_id") != self._client_id:
            raise InvalidClient
        granted = self._codes.pop(given.get("code", ""), None)
        now = self._clock.now()
        if granted is None or now - granted.at >= CODE_LIFETIME:
            raise InvalidGrant("no such code")
        if given.get("redirect_uri") != self.redirect_uri:
            raise InvalidGrant("another redirect URI")
        verify_code_verifier(given.get("code_verifier", ""), granted.request.code_challenge)
        return {
            "access_token": b64url_encode(self._randomness.token_bytes(SECRET_BYTES)),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
            "scope": "openid",
            "id_token": self._id_token(granted, now),
        }

    def _answer(self, error: OAuthError, state: str | None) -> str:
        return create_authorization_error_response(
            self.redirect_uri, error=error, state=state, issuer=self.issuer
        )

    def _id_token(self, granted: _Granted, now: datetime) -> str:
        """Section 2. The one claim beside the usual ones is what the issuer finds the person by."""
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": granted.register_number,
            "aud": self._client_id,
            "iat": to_numeric_date(now),
            "exp": to_numeric_date(now + TOKEN_LIFETIME),
            "auth_time": to_numeric_date(granted.at),
            REGISTER_NUMBER_CLAIM: granted.register_number,
        }
        if granted.request.nonce is not None:
            claims["nonce"] = granted.request.nonce
        header: Mapping[str, Any] = {"alg": "RS256", "typ": "JWT", "kid": self._key_id}
        prepared = prepare_jws(header, create_json(claims))
        return prepared.attach(sign_with(self._key, Algorithm.RS256, prepared.data))

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        """RS256, which every client can read (section 15.1); a new one at every start, made when needed."""
        return rsa.generate_private_key(65537, 2048)

    @property
    def _key_id(self) -> str:
        return public_jwk_of(self._key.public_key()).thumbprint


def _wrong_with(given: Mapping[str, str]) -> OAuthError | None:
    """The first thing that is wrong with a request of our client."""
    if given.get("response_type") != "code":
        return UnsupportedResponseType()
    if "openid" not in given.get("scope", "").split():
        return InvalidScope()
    if given.get("code_challenge_method") != "S256" or not is_code_challenge(given.get("code_challenge", "")):
        return InvalidRequest("no PKCE with S256")
    if given.get("response_mode", "query") != "query" or not {"request", "request_uri"}.isdisjoint(given):
        return InvalidRequest("not supported")
    if "none" in given.get("prompt", "").split():
        return LoginRequired()
    return None
