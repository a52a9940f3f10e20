"""What a request to a protected endpoint may do: its access token, and who sent it (OpenID4VCI section 8)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from issuer.domain.authorization import GrantId
from issuer.domain.event import SubjectRef
from issuer.ports import Clock, GrantStore
from issuer.services.constrain_sender import ConstrainSender
from issuer.services.grants import GrantReferences
from specs.jose import PublicJwk
from specs.oauth import InvalidToken, ResourceError, parse_presented_token, verify_access_token


@dataclass(frozen=True, slots=True)
class Grant:
    """What a verified access token allows, and for whom."""

    subject_ref: SubjectRef
    configuration_ids: frozenset[str]
    client_id: str | None
    jkt: str | None = None
    """Thumbprint of the key that the token is bound to; ``None``: a bearer token."""
    credential_identifiers: Mapping[str, str] = field(default_factory=dict)
    """By identifier, its configuration; empty when the token response named none (section 6.2)."""
    grant_id: GrantId | None = None
    """The stored grant that the token ends with; ``None``: nothing is kept of it."""


@dataclass(frozen=True, slots=True)
class ProtectedRequest:
    """How a request presents its token: every value of each header, as it came.

    ``path``: below the credential issuer identifier, so that a proof is compared with the address that the
    wallet knows and not with what proxies made of it.
    """

    method: str
    path: str
    authorization: Sequence[str]
    dpop: Sequence[str]
    query_names: Collection[str]


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """``keys``: the public keys of our own access tokens, by ``kid``."""

    credential_issuer: str
    keys: Callable[[], Mapping[str, PublicJwk]]
    references: GrantReferences
    clock: Clock
    constrain: ConstrainSender
    grants: GrantStore

    async def __call__(self, request: ProtectedRequest) -> Grant:
        """What the request may do: its token is good, and its sender is the one it was issued to.

        Raises:
            specs.oauth.ResourceError: no token, a bad one, or somebody else's; 401 and a challenge.
            specs.oauth.InvalidRequest: a token in the query, or a malformed header.
        """
        presented = parse_presented_token(request.authorization, query_names=request.query_names)
        try:
            grant = self.grant_of(presented.token)
        except ResourceError as error:
            error.scheme = presented.scheme
            raise
        await self.constrain.at_resource(
            presented,
            grant.jkt,
            request.dpop,
            method=request.method,
            url=self.credential_issuer + request.path,
        )
        if grant.grant_id is not None:
            await self._check_grant(grant.grant_id, presented.scheme)
        return grant

    async def _check_grant(self, grant_id: GrantId, scheme: str) -> None:
        """RFC 6749 section 4.1.2: when a code is used twice, what it gave ends, access tokens too."""
        stored = await self.grants.find_grant(grant_id)
        if stored is None or stored.revoked:
            error = InvalidToken("revoked")
            error.scheme = scheme
            raise error

    def grant_of(self, access_token: str) -> Grant:
        """What the token alone is good for; says nothing about who sent it.

        Raises:
            specs.oauth.InvalidToken: not ours, expired, for somebody else.
        """
        token = verify_access_token(
            access_token,
            self.keys(),
            issuer=self.credential_issuer,
            audience=self.credential_issuer,
            now=self.clock.now(),
            leeway=timedelta(0),
        ).claims
        subject_ref = self.references.open(token.grant_id)
        return Grant(
            subject_ref,
            frozenset(token.credential_configuration_ids),
            token.client_id,
            token.jkt,
            token.credential_identifiers,
            self.references.stored_grant(token.grant_id),
        )
