"""Codes for logins that succeeded: random, kept as hashes; claims under a key of their own (7.04)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from specs.encoding import b64url_encode, create_json, parse_json_object
from specs.openid_connect import VERIFIED_CLAIMS
from verifier.domain.event import Event, EventName
from verifier.domain.openid.grant import CODE_LIFETIME, Grant, GrantTerms, NewGrant
from verifier.ports import Clock, Randomness
from verifier.ports_openid import GrantStore
from verifier.services.browser_sessions import BROWSER
from verifier.services.page_secrets import hash_secret
from verifier.services.results import MAX_RESULT_BYTES, ResultSeals

SECRET_BYTES: Final = 32
"""Of codes and access tokens: 256 bits."""


@dataclass(frozen=True, slots=True)
class Grants:
    store: GrantStore
    seals: ResultSeals
    clock: Clock
    randomness: Randomness

    async def issue(self, new: NewGrant) -> str:
        """The code, which exists nowhere else; it is good once, for ``CODE_LIFETIME``."""
        code, now = b64url_encode(self.randomness.token_bytes(SECRET_BYTES)), self.clock.now()
        code_hash = hash_secret(code)
        kept = {name: value for name, value in new.claims.items() if name != VERIFIED_CLAIMS}
        if new.verified:
            kept[VERIFIED_CLAIMS] = dict(new.verified)
        sealed = self.seals.seal_bytes(_context(code_hash), create_json(kept)) if kept else None
        grant = Grant(
            code_hash=code_hash,
            **{one.name: getattr(new, one.name) for one in fields(GrantTerms)},
            sealed=sealed,
            issued_at=now,
            expires_at=now + CODE_LIFETIME,
        )
        event = Event(EventName.CODE_ISSUED, BROWSER, now, new.client_id, new.preset)
        await self.store.add_grant(grant, event)
        return code

    def claims_of(self, grant: Grant, place: str) -> Mapping[str, Any]:
        """The mapped claims of a login, and the verified ones of that place; none when they are gone."""
        if grant.sealed is None:
            return {}
        plain = self.seals.open_bytes(_context(grant.code_hash), grant.sealed)
        claims = parse_json_object(plain, max_bytes=MAX_RESULT_BYTES)
        verified = claims.pop(VERIFIED_CLAIMS, {})
        return claims | {VERIFIED_CLAIMS: verified[place]} if place in verified else claims


def _context(code_hash: bytes) -> bytes:
    return b"openid grant " + code_hash
