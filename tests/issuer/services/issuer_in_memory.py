"""The issuer's services as the application wires them, over memory, a hand-driven clock and repeatable
randomness."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from issuer.app import Issuer, Outside, Stores, build_issuer, open_ring
from issuer.domain.authorization import ANONYMOUS
from issuer.domain.event import Actor, EventName, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.services.authorize_request import Grant
from issuer.services.create_offer import CreatedOffer
from issuer.services.issue_credential import IssuedCredentials
from issuer.settings import Settings
from issuer.store.authorization_memory import MemoryAuthorizations
from issuer.store.deferred_memory import MemoryDeferred, MemoryNotifications
from issuer.store.memory import MemoryIssuerStore
from issuer.store.replay_memory import MemoryReplays
from keys import KeyRing
from specs.encoding import create_json
from specs.oauth import PreAuthorizedCodeRequest
from specs.openid4vci import parse_credential_request
from specs.sd_jwt_vc import VerifiedCredential
from tests.issuer.surroundings import HandClock, RegisterInMemory, RepeatableRandomness, resident
from tests.issuer.wallet import Inspector, Prover, holder_key, request_body

ISSUER = "https://issuer.example/tenant"
MAYA = SubjectRef("maya")
CLERK = Actor("management")
PHOTO_CARD = ConfigurationId("photo-card")
PROOF_OF_AGE = ConfigurationId("proof-of-age")


@dataclass
class IssuerInMemory:
    """One process; several may be made on one store and one ring."""

    store: Any = field(default_factory=MemoryIssuerStore)
    clock: HandClock = field(default_factory=HandClock)
    register: RegisterInMemory = field(default_factory=lambda: RegisterInMemory({MAYA: resident()}))
    randomness: RepeatableRandomness = field(default_factory=RepeatableRandomness)
    settings: dict[str, Any] = field(default_factory=dict)
    ring: KeyRing | None = None
    block: int = 32
    replays: MemoryReplays = field(default_factory=MemoryReplays)
    authorizations: Any = None
    deferred: Any = None
    notifications: Any = None
    issuer: Issuer = field(init=False)

    def __post_init__(self) -> None:
        self.authorizations = self.authorizations or MemoryAuthorizations(self.store)
        self.deferred = self.deferred or MemoryDeferred(self.store)
        self.notifications = self.notifications or MemoryNotifications(self.store)
        settings = Settings(
            **{
                "public_url": ISSUER,
                "keys_uri": "memory:",
                "var_dir": Path("nowhere"),
                "status_list_size": 1024,
                **self.settings,
            }
        )
        self.ring = self.ring or open_ring(settings, self.clock.now())
        outside = Outside(
            Stores(
                self.store,
                self.store,
                self.store,
                self.replays,
                self.authorizations,
                self.authorizations,
                self.deferred,
                self.notifications,
            ),
            self.register,
            self.register,
            self.clock,
            self.randomness,
        )
        self.issuer = build_issuer(settings, self.ring, outside, lease_block=self.block)

    def another_process(self, name: str = "another") -> "IssuerInMemory":
        """Its own memory, the same store, keys, register and time."""
        return IssuerInMemory(
            self.store,
            self.clock,
            self.register,
            RepeatableRandomness(name),
            self.settings,
            self.ring,
            self.block,
            self.replays,
            self.authorizations,
            self.deferred,
            self.notifications,
        )

    @property
    def inspector(self) -> Inspector:
        assert self.ring is not None
        return Inspector(self.ring, self.clock.now())

    @property
    def prover(self) -> Prover:
        return Prover(ISSUER, self.clock.now())

    async def offer(
        self, *configuration_ids: ConfigurationId, with_transaction_code: bool = False
    ) -> CreatedOffer:
        return await self.issuer.offers.create(
            MAYA,
            configuration_ids or (PHOTO_CARD,),
            with_transaction_code=with_transaction_code,
            actor=CLERK,
        )

    async def redeem(self, offer: CreatedOffer) -> str:
        """The access token."""
        request = PreAuthorizedCodeRequest(offer.code, offer.transaction_code)
        return (await self.issuer.tokens(request, ANONYMOUS)).access_token

    async def issue(
        self,
        copies: int = 1,
        configuration_id: ConfigurationId = PHOTO_CARD,
        *,
        start: int = 0,
        about: SubjectRef = MAYA,
    ) -> list[VerifiedCredential]:
        """A batch for Maya, or about somebody else, checked as a wallet would."""
        grant = Grant(about, frozenset({configuration_id}), None)
        proofs = self.prover.proofs(self.issuer.credentials.nonces(), copies, start=start)
        request = parse_credential_request(create_json(request_body(proofs, configuration_id)))
        issued = await self.issuer.credentials(grant, request)
        assert isinstance(issued, IssuedCredentials)
        return [
            self.inspector.credential(text, holder_key(start + number))
            for number, text in enumerate(issued.credentials)
        ]

    async def published_status(self, credential: VerifiedCredential) -> int:
        """What the stored token of its list says about a credential."""
        assert credential.status is not None
        list_id = credential.status.uri.rpartition("/")[2]
        token = await self.store.token(list_id)
        checked = self.inspector.status_list(token.token, credential.status.uri)
        return checked.status_at(credential.status.index)

    @property
    def key_id(self) -> str:
        """Of the key that signs credentials now."""
        return self.issuer.credentials.identity.credential_signer(self.clock.now()).key_id

    def events(self, name: EventName) -> int:
        """How many events of a kind were written."""
        return sum(event.name is name for event in self.store.events)
