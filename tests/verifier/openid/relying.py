"""A client of the provider: registered straight away, with logins that have succeeded, and its own checks."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_encode
from specs.jose import Algorithm, PublicJwk, public_jwk_of, sign_with
from specs.oauth import (
    DpopRequest,
    create_code_challenge,
    prepare_dpop_proof,
)
from specs.oauth.client_authentication import CLIENT_ASSERTION_TYPE, prepare_client_assertion
from tests.verifier.surroundings import PUBLIC_URL
from tests.verifier.web.counter import Counter, opened_counter
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.openid.grant import NewGrant
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId, RelyingService

ISSUER = f"{PUBLIC_URL}/openid"
CALLBACK = "https://library.example/signed-in"
SECRET = "s" * 43
VERIFIER = "v" * 43
CHALLENGE = create_code_challenge(VERIFIER)
PRESETS = ("sign-in", "identity", "age-19-or-over")
CLAIMS = {
    "given_name": "Planted-Maya",
    "family_name": "Planted-Tremblay",
    "name": "Planted-Maya Planted-Tremblay",
    "birthdate": "1994-06-14",
}
_ANYTHING: Any = object()


@cache
def client_key(who: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_key(who: str, kid: str | None = None) -> PublicJwk:
    return public_jwk_of(client_key(who).public_key(), kid=kid)


@dataclass
class Relying:
    """One client over HTTP. ``auth``: how it shows who it is."""

    counter: Counter
    client: RegisteredClient

    @property
    def client_id(self) -> str:
        return self.client.client_id

    async def code(self, **changed: Any) -> str:
        """Of a login that has succeeded just now."""
        members: dict[str, Any] = {
            "client_id": self.client.client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": CHALLENGE,
            "nonce": "n-0S6_WzA2Mj",
            "dpop_jkt": None,
            "scope": ("openid", "identity"),
            "sub": b64url_encode(hashlib.sha256(self.client_id.encode()).digest()),
            "acr": f"{ISSUER}/acr/identity",
            "preset": "identity",
            "auth_time": self.now - timedelta(seconds=20),
            "wants_auth_time": False,
            "sid": None,
            "id_token_claims": frozenset(),
            "claims": CLAIMS,
        }
        grants = self.counter.desk.verifier.openid.tokens.grants
        return await grants.issue(NewGrant(**(members | changed)))

    @property
    def now(self) -> datetime:
        return self.counter.desk.clock.now()

    async def exchange(
        self,
        code: str,
        /,
        *,
        auth: httpx.BasicAuth | None = _ANYTHING,
        headers: Mapping[str, str] | None = None,
        **changed: str | None,
    ) -> httpx.Response:
        """The token request of a well-behaved client, changed; ``None`` leaves a parameter out."""
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **self._authentication(),
        }
        fields |= changed
        data = {name: value for name, value in fields.items() if value is not None}
        if auth is _ANYTHING:
            basic = self.client.openid.auth_method is AuthMethod.BASIC
            auth = httpx.BasicAuth(self.client_id, SECRET) if basic else None
        return await self.counter.http.post(f"{ISSUER}/token", data=data, auth=auth, headers=headers)

    async def tokens(self, **changed: Any) -> dict[str, Any]:
        """Of a login that has succeeded just now."""
        answer = await self.exchange(await self.code(**changed))
        assert answer.status_code == 200, answer.text
        return cast(dict[str, Any], answer.json())

    async def userinfo(self, access_token: str, scheme: str = "Bearer", **headers: str) -> httpx.Response:
        return await self.counter.http.get(
            f"{ISSUER}/userinfo", headers={"Authorization": f"{scheme} {access_token}", **headers}
        )

    async def jwks(self) -> dict[str, Any]:
        answer = await self.counter.http.get(f"{ISSUER}/jwks")
        assert answer.status_code == 200
        return cast(dict[str, Any], answer.json())

    async def read(self, id_token: str, keys: dict[str, Any] | None = None) -> dict[str, Any]:
        """The claims of an ID token, checked by another library than ours."""
        kid = jwt.get_unverified_header(id_token)["kid"]
        found = jwt.PyJWKSet.from_dict(keys or await self.jwks())[kid]
        claims: dict[str, Any] = jwt.decode(
            id_token,
            found,
            algorithms=[self.client.openid.id_token_alg.value],
            audience=self.client_id,
            issuer=ISSUER,
            options={
                "verify_exp": False,
                "verify_iat": False,
                "require": ["exp", "iat", "sub", "aud", "iss"],
            },
        )
        assert claims["iat"] <= self.now.timestamp() < claims["exp"]
        return claims

    def _authentication(self) -> dict[str, str]:
        match self.client.openid.auth_method:
            case AuthMethod.BASIC:
                return {}
            case AuthMethod.POST:
                return {"client_id": self.client_id, "client_secret": SECRET}
            case AuthMethod.PRIVATE_KEY_JWT:
                return self.assertion()
            case AuthMethod.NONE:
                return {"client_id": self.client_id}

    def assertion(
        self, who: str = "client", *, audience: str = ISSUER, jti: str = "", **changed: Any
    ) -> dict[str, Any]:
        """A client assertion. ``changed``: ``client_id``, ``issued_at``, ``expires_at``, ``kid``."""
        issued_at = changed.get("issued_at", self.now)
        prepared = prepare_client_assertion(
            changed.get("client_id", self.client_id),
            audience=audience,
            key=public_key(who, changed.get("kid")),
            jti=jti or uuid4().hex,
            issued_at=issued_at,
            expires_at=changed.get("expires_at", issued_at + timedelta(minutes=1)),
        )
        signature = sign_with(client_key(who), Algorithm.ES256, prepared.data)
        return {
            "client_assertion_type": CLIENT_ASSERTION_TYPE,
            "client_assertion": prepared.attach(signature),
        }

    def proof(
        self, url: str, *, method: str = "POST", access_token: str | None = None, who: str = "dpop", jti: str
    ) -> str:
        """A DPoP proof."""
        request = DpopRequest(method, url, access_token)
        prepared = prepare_dpop_proof(public_key(who), request, jti=jti, issued_at=self.now)
        return prepared.attach(sign_with(client_key(who), Algorithm.ES256, prepared.data))


@dataclass
class Library:
    """A verifier with clients."""

    counter: Counter
    _count: list[int] = field(default_factory=lambda: [0])

    async def client(
        self, auth_method: AuthMethod = AuthMethod.BASIC, *, disabled: bool = False, **changed: Any
    ) -> Relying:
        """A new one, approved. ``changed``: members of its OpenIdClient."""
        self._count[0] += 1
        client_id = ClientId(f"oc-{self._count[0]}")
        now = self.counter.desk.clock.now()
        names = (("en-CA", "Library"), ("fr-CA", "Bibliothèque"))
        members: dict[str, Any] = {
            "client_id": client_id,
            "redirect_uris": (CALLBACK,),
            "auth_method": auth_method,
            "secret_hash": hashlib.sha256(SECRET.encode()).digest() if auth_method.has_secret else None,
            "jwks": (public_key("client"),) if auth_method is AuthMethod.PRIVATE_KEY_JWT else (),
            "sector": "library.example",
            "subject_mode": SubjectMode.STABLE,
            "approval": Approval.APPROVED,
            "created_at": now,
        }
        service = RelyingService(client_id, bytes(32), names, PRESETS, now)
        client = RegisteredClient(
            replace(service, disabled_at=now) if disabled else service, OpenIdClient(**(members | changed))
        )
        event = Event(EventName.RELYING_SERVICE_ADDED, Actor("cli"), now, client_id)
        await self.counter.desk.verifier.outside.openid.clients.add(client, event)
        return Relying(self.counter, client)

    async def move(self, relying: Relying, *, presets: tuple[str, ...] = PRESETS, **changed: Any) -> None:
        """Changes a client's registration while people sign in to it."""
        store = self.counter.desk.verifier.outside.openid.clients
        client = await store.get(relying.client.client_id)
        assert client is not None
        service = replace(client.service, presets=presets, version=client.service.version + 1)
        openid = replace(client.openid, version=client.openid.version + 1, **changed)
        event = Event(EventName.RELYING_SERVICE_CHANGED, Actor("cli"), relying.now, client.client_id)
        assert await store.update(RegisteredClient(service, openid), event)


@asynccontextmanager
async def opened_library(folder: Path, **options: Any) -> AsyncIterator[Library]:
    """``options``: of ``opened_counter``."""
    async with opened_counter(folder, **options) as counter:
        yield Library(counter)
