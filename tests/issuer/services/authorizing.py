"""A wallet that asks by the authorization code flow, and the resident who answers; without a web server."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from issuer.app.authorization import AuthorizationServer
from issuer.domain.authorization import ClientAuthentication, ClientId, Sender, SenderKeys
from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.services.start_authorization import SessionStart
from specs.errors import ProtocolError
from specs.oauth import AuthorizationCodeRequest, TokenResponse, create_code_challenge
from tests.issuer.services.issuer_in_memory import MAYA, PHOTO_CARD, IssuerInMemory

CLIENT = "https://wallet.example"
REDIRECT = "com.example.wallet:/cb"
VERIFIER = "verifier-" + "v" * 43
THUMBPRINT, OTHER_THUMBPRINT = "A" * 43, "B" * 42 + "A"


def sender(client_id: str | None = CLIENT, *, dpop: str | None = None, instance: str | None = None) -> Sender:
    """Who sends; attested when there is an instance key."""
    kind = ClientAuthentication.NONE if instance is None else ClientAuthentication.ATTESTATION
    return Sender(None if client_id is None else ClientId(client_id), kind, SenderKeys(dpop, instance))


def request(**changes: Any) -> list[tuple[str, str]]:
    """A good request by scope, with changes; ``None`` leaves one out."""
    members: dict[str, str | None] = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "scope": PHOTO_CARD,
        "state": "a state",
        "code_challenge": create_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return [(name, value) for name, value in (members | changes).items() if value is not None]


def token_request(code: str, **changes: Any) -> AuthorizationCodeRequest:
    """The wallet redeems a code."""
    members = {"code_verifier": VERIFIER, "redirect_uri": REDIRECT, "client_id": CLIENT}
    return AuthorizationCodeRequest(code, **(members | changes))


def answer_of(url: str) -> dict[str, str]:
    """The parameters of an authorization response; nothing may be in the fragment."""
    assert not urlsplit(url).fragment
    pairs = parse_qsl(urlsplit(url).query, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


async def outcome(call: Any) -> str:
    """``ok`` or the name of what was raised."""
    try:
        await call
    except ProtocolError as error:
        return type(error).__name__
    return "ok"


@dataclass
class Flow:
    """One wallet and one resident at one issuer."""

    issuer: IssuerInMemory = field(
        default_factory=lambda: IssuerInMemory(settings={"login_issuer": "https://login.example"})
    )

    @property
    def server(self) -> AuthorizationServer:
        assert self.issuer.issuer.authorization is not None
        return self.issuer.issuer.authorization

    async def push(self, by: Sender | None = None, **changes: Any) -> str:
        """The request URI."""
        return (await self.server.push(request(**changes), by or sender())).request_uri

    async def arrive(self, request_uri: str, client_id: str = CLIENT) -> SessionStart:
        """The browser at the authorization endpoint with a pushed request."""
        return await self.server.sessions.start([("client_id", client_id), ("request_uri", request_uri)])

    async def session(self, by: Sender | None = None, **changes: Any) -> str:
        """The cookie before sign-in."""
        start = await self.arrive(await self.push(by, **changes))
        assert start.cookie is not None
        assert start.redirect is None
        return start.cookie

    async def consenting(self, by: Sender | None = None, **changes: Any) -> str:
        """The cookie after Maya signed in."""
        return await self.sign_in(await self.session(by, **changes))

    async def sign_in(self, cookie: str, person: SubjectRef = MAYA) -> str:
        return await self.server.sessions.signed_in(cookie, person, self.issuer.clock.now())

    async def code(
        self, by: Sender | None = None, agreed: tuple[ConfigurationId, ...] = (), **changes: str | None
    ) -> str:
        """A code for everything that was asked for, or for what is agreed to."""
        cookie = await self.consenting(by, **changes)
        shown = await self.server.sessions.of(cookie)
        url = await self.server.sessions.consent(cookie, agreed or shown.configuration_ids)
        return answer_of(url)["code"]

    async def redeem(self, code: str, by: Sender | None = None, **changes: Any) -> TokenResponse:
        """The wallet at the token endpoint."""
        return await self.issuer.issuer.tokens(token_request(code, **changes), by or sender())
