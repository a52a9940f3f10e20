"""Turns the entries of a list into a signed Status List Token (3.01–3.06, 3.15)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer.domain.records import ListId, PublishedToken, StatusListRow
from keys.signer import Signer
from specs.token_status_list import StatusList, prepare_status_list_token

TOKEN_TTL = timedelta(minutes=5)
"""How long a copy may be used (``ttl``)."""

TOKEN_LIFETIME = timedelta(hours=24)
"""``exp`` is far beyond two ``ttl`` (3.15); a heartbeat signs again long before."""


@dataclass(frozen=True, slots=True)
class StatusListSigner:
    """Signs lists with the key of the credentials on them: a widely used wallet insists on that key.

    ``signer_for_list(key_id, now)`` gives an active or list-only key's signer.
    """

    signer_for_list: Callable[[str, datetime], Signer]
    list_uri: Callable[[ListId], str]
    ttl: timedelta = TOKEN_TTL
    lifetime: timedelta = TOKEN_LIFETIME

    async def sign(
        self, row: StatusListRow, *, entries: Sequence[tuple[int, int]], version: int, now: datetime
    ) -> PublishedToken:
        """The token of a list whose non-valid entries are ``entries``."""
        status_list = StatusList.empty(size=row.size, bits=row.bits)
        for index, value in entries:
            status_list.set(index, value)
        return await self.sign_list(row, status_list, version=version, now=now)

    async def sign_list(
        self, row: StatusListRow, status_list: StatusList, *, version: int, now: datetime
    ) -> PublishedToken:
        """The token of a list that is already in memory."""
        signer = self.signer_for_list(row.group.key_id, now)
        expires_at = now + self.lifetime
        prepared = prepare_status_list_token(
            status_list,
            uri=self.list_uri(row.list_id),
            issued_at=now,
            expires_at=expires_at,
            ttl=self.ttl,
            algorithm=signer.algorithm,
            key_id=signer.key_id,
            x5c=signer.certificate_chain,
        )
        token = prepared.attach(await signer.sign(prepared.data))
        return PublishedToken(row.list_id, version, token.encode(), now, expires_at)
