"""A whole wallet over memory stores, with a clock that tests move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from keys.providers.local import hold_secret
from keys.signer import Secret
from specs.openid4vp import RegisteredClient
from tests.simulators.internet import SimulatedInternet
from tests.simulators.issuer import ISSUER, VCT, SimulatedIssuer
from tests.simulators.verifier import SimulatedVerifier
from trillium.runtime.randomness import SystemRandomness
from wallet_api.app import Outside, Wallet, build_services
from wallet_api.domain.account import Account
from wallet_api.domain.held_credential import HeldCredential
from wallet_api.domain.trust import FixedTrust, Trust, TrustedCredentialIssuer
from wallet_api.ports import Delivery
from wallet_api.store.memory import MemoryWalletStore

NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)


def secret(version: int | None = None) -> Secret:
    """A wrapping secret with one version."""
    assert version in (None, 1)
    return hold_secret(b"w" * 32, "wrapping-1", 1)


@dataclass(slots=True)
class MovableClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def advance(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass(slots=True)
class World:
    """A resident's wallet, an issuer and a verifier that it trusts, and the network between them."""

    internet: SimulatedInternet = field(default_factory=SimulatedInternet)
    store: Any = field(default_factory=MemoryWalletStore)
    clock: MovableClock = field(default_factory=MovableClock)
    issuer: SimulatedIssuer = field(default_factory=lambda: SimulatedIssuer(NOW))
    verifier: SimulatedVerifier = field(default_factory=lambda: SimulatedVerifier(NOW))
    server_holds: bool = True

    def __post_init__(self) -> None:
        self.issuer.connect(self.internet)
        self.verifier.connect(self.internet)

    def trust(self) -> Trust:
        trusted = TrustedCredentialIssuer(ISSUER, self.issuer.anchors, frozenset({VCT}))
        return Trust((trusted,), self.verifier.anchors)

    def wallet(
        self,
        *,
        trust: Trust | None = None,
        delivery: Delivery | None = None,
        client_id: str | None = None,
        registered: Mapping[str, RegisteredClient] | None = None,
    ) -> Wallet:
        return build_services(
            Outside(
                store=self.store,
                secret=secret,
                internet=self.internet,
                trust=FixedTrust(self.trust() if trust is None else trust),
                allow_http=False,
                may_hold_key=lambda _vct: self.server_holds,
                delivery=delivery,
                client_id=client_id,
                registered=registered or {},
                clock=self.clock,
                randomness=SystemRandomness(),
            )
        )

    async def account(self, name: str = "Maya’s wallet") -> Account:
        return (await self.wallet().accounts.open(name)).account

    async def receive(self, account: Account, *, copies: int | None = None) -> HeldCredential:
        """A card of the issuer in the wallet."""
        wallet = self.wallet()
        self.issuer.redeemed = False
        opened = await wallet.open_offer(account, self.issuer.link())
        accepted = await wallet.accept_offer(
            account, opened.operation_id, tx_code=self.issuer.tx_code, copies=copies
        )
        return accepted.received[0]
