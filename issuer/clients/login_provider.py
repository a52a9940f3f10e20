"""What an OpenID provider says about itself (OpenID Connect Discovery section 4), and its keys."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from issuer.errors import LoginNotTrusted, LoginUnavailable
from issuer.ports import Clock
from specs.encoding import parse_json_object
from specs.errors import ProtocolError
from specs.jose import PublicJwk, parse_jwks
from specs.oauth.url import check_url
from specs.well_known import appended
from trillium.runtime.http_client import ConfiguredClient, OutgoingCallFailed, Reply, TooLarge

MAX_DOCUMENT_BYTES: Final = 256 * 1024
MAX_AGE: Final = timedelta(minutes=10)
"""How long a document is believed without asking again."""
MIN_AGE: Final = timedelta(seconds=30)
"""An unknown key makes us ask again, but whoever makes up keys cannot make us ask more often than this."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What we use of its metadata."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    auth_methods: tuple[str, ...]
    """How clients may authenticate at the token endpoint."""
    names_itself: bool
    """Whether its authorization responses carry ``iss`` (RFC 9207)."""


class ProviderDocuments:
    """Fetches both documents, keeps them for a while, and hands them out.

    Everything raises LoginUnavailable or LoginNotTrusted.
    """

    def __init__(self, client: ConfiguredClient, clock: Clock, issuer: str) -> None:
        self._client = client
        self._clock = clock
        self._issuer = issuer
        self._provider: tuple[Provider, datetime] | None = None
        self._keys: tuple[list[PublicJwk], datetime] | None = None

    async def provider(self) -> Provider:
        """The metadata."""
        now = self._clock.now()
        if self._provider is None or now - self._provider[1] > MAX_AGE:
            url = appended(self._issuer, "openid-configuration")
            document = await fetch_json(self._client, url, "the provider's metadata")
            self._provider = parse_provider(document, self._issuer), now
        return self._provider[0]

    async def keys(self, *, after_unknown: bool = False) -> list[PublicJwk]:
        """The keys. ``after_unknown``: those at hand were not enough."""
        now = self._clock.now()
        lasting = MIN_AGE if after_unknown else MAX_AGE
        if self._keys is None or now - self._keys[1] > lasting:
            url = (await self.provider()).jwks_uri
            document = await fetch_json(self._client, url, "the provider's keys")
            try:
                self._keys = parse_jwks(document), now
            except ProtocolError as error:
                raise LoginNotTrusted(f"the provider's keys: {type(error).__name__}") from error
        return self._keys[0]


def parse_provider(document: Mapping[str, Any], issuer: str) -> Provider:
    """The metadata of ``issuer``. Raises LoginNotTrusted.

    Discovery section 4.3: a document that calls itself by another name is somebody else's. Endpoints are
    https, unless the issuer itself was configured with http, which production refuses.
    """
    if document.get("issuer") != issuer:
        raise LoginNotTrusted("the provider's metadata names another issuer")
    allow_http = issuer.startswith("http://")

    def endpoint(name: str) -> str:
        try:
            check_url(document.get(name), insecure_allow_http=allow_http)
        except ProtocolError as error:
            raise LoginNotTrusted(f"the provider's metadata: {name}") from error
        return str(document[name])

    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Provider(
        issuer=issuer,
        authorization_endpoint=endpoint("authorization_endpoint"),
        token_endpoint=endpoint("token_endpoint"),
        jwks_uri=endpoint("jwks_uri"),
        userinfo_endpoint=endpoint("userinfo_endpoint") if "userinfo_endpoint" in document else None,
        auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else (),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


async def fetch_json(
    client: ConfiguredClient, url: str, what: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A JSON object by GET. Raises LoginUnavailable or LoginNotTrusted; ``what`` is for the log."""
    wanted = {"Accept": "application/json", **(headers or {})}
    async with asking(what):
        return json_of(await client.get(url, max_bytes=MAX_DOCUMENT_BYTES, headers=wanted), what)


@asynccontextmanager
async def asking(what: str) -> AsyncIterator[None]:
    """What goes wrong on the way to the provider, in this product's words."""
    try:
        yield
    except TooLarge as error:
        raise LoginNotTrusted(f"{what}: larger than {MAX_DOCUMENT_BYTES} bytes") from error
    except OutgoingCallFailed as error:
        raise LoginUnavailable(f"{what}: {type(error).__name__}") from error


def json_of(reply: Reply, what: str) -> dict[str, Any]:
    """The JSON object in a reply. An answer that says "not now" is not a broken one."""
    if reply.status >= 500 or reply.status == 429:
        raise LoginUnavailable(f"{what}: status {reply.status}")
    if reply.status != 200:
        raise LoginNotTrusted(f"{what}: status {reply.status}")
    try:
        return parse_json_object(reply.body, max_bytes=MAX_DOCUMENT_BYTES)
    except ProtocolError as error:
        raise LoginNotTrusted(f"{what}: {error.code}") from error
