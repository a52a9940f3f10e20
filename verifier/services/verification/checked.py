"""What is expected of presentations, what is known of one that passed, and what follows from all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from specs.openid4vp import TransactionData
from specs.sd_jwt_vc.credential import VerifiedCredential
from specs.token_status_list import StatusAnswer
from verifier.domain.policy import Presented
from verifier.domain.trust import TrustedIssuer
from verifier.domain.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Expected:
    """What the presentations must be bound to (RFC 9901 section 7.3, OpenID4VP section 14.2)."""

    nonce: str
    audience: str
    """The full client identifier with its prefix, or ``origin:`` and our page's origin (5.25)."""
    transaction_data: tuple[TransactionData, ...] = ()
    """As sent; each must have been agreed to with one of the credentials it names (5.09)."""


class Checked(NamedTuple):
    """One presentation that passed every check of its own, and whose it is."""

    query_id: str
    text: str
    """As it was presented."""
    credential: VerifiedCredential
    claims: Mapping[str, Any]
    """All that is shown, with markers for withheld elements of arrays: made once, every step reads it."""
    issuer: TrustedIssuer
    chain: tuple[str, ...]
    """The certificates that led to the issuer's anchor, as in ``x5c``; none where it publishes its keys."""
    status: StatusAnswer | None = None
    """``None`` until it has been looked up, and where the credential names no status."""

    def __repr__(self) -> str:
        """Without what was shown: it may get into a log."""
        return f"Checked({self.query_id!r}, {self.issuer.issuer!r})"

    @property
    def status_token(self) -> str | None:
        """The status list token that decided."""
        return None if self.status is None else self.status.token

    @property
    def presented(self) -> Presented:
        """As policies see it."""
        return Presented(self.query_id, self.issuer.issuer, self.claims, self.credential.holder_key)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, and the presentations that count for it."""

    verdict: Verdict
    checked: tuple[Checked, ...] = ()
    """Those that answer the query; none where nothing does."""
    discarded: tuple[Reason, ...] = ()
    """Why other presentations of an accepted response do not count."""
