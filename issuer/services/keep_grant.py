"""What is remembered of a token request, so that the wallet can come back (HAIP section 4)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from issuer.domain.authorization import GrantId, Sender
from issuer.domain.event import SubjectRef
from issuer.domain.grant import IssuedGrant
from issuer.domain.offer import ConfigurationId
from issuer.ports import Randomness
from issuer.services.secrets_of_offers import hash_secret
from specs.encoding import b64url_encode
from specs.oauth.access_token import MAX_BOUND_LIFETIME

_GRANT_ID_BYTES = 16
_REFRESH_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to keep, and its refresh token, which exists nowhere else."""

    grant: IssuedGrant
    refresh_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepGrant:
    """``refresh_age``: how old a refresh token may become; zero: none are given out (6.06)."""

    randomness: Randomness
    refresh_age: timedelta

    def allows_renewal(self, sender: Sender) -> bool:
        """Only to a wallet that proved a key: a refresh token that anybody could use is not given out.

        RFC 9700 section 4.14.2, requirement 4.22.
        """
        return sender.keys.any and self.refresh_age > timedelta(0)

    def create(
        self,
        subject_ref: SubjectRef,
        configuration_ids: tuple[ConfigurationId, ...],
        *,
        by_details: frozenset[ConfigurationId],
        sender: Sender,
        now: datetime,
    ) -> NewGrant:
        """The grant, with a refresh token when the wallet may renew."""
        renewable = self.allows_renewal(sender)
        refresh_token = (
            b64url_encode(self.randomness.token_bytes(_REFRESH_TOKEN_BYTES)) if renewable else None
        )
        grant = IssuedGrant(
            grant_id=GrantId(b64url_encode(self.randomness.token_bytes(_GRANT_ID_BYTES))),
            subject_ref=subject_ref,
            client_id=sender.client_id,
            configuration_ids=configuration_ids,
            by_details=by_details,
            bound_to=sender.keys,
            created_at=now,
            expires_at=now + max(self.refresh_age if renewable else MAX_BOUND_LIFETIME, MAX_BOUND_LIFETIME),
            refresh_hash=None if refresh_token is None else hash_secret(refresh_token),
        )
        return NewGrant(grant, refresh_token)
