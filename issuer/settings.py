"""Settings of the issuer; every field works on a laptop as it is."""

from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from trillium.runtime.settings import Profile, SharedSettings, parse_public_url

DEMONSTRATION_PATH: Final = "/demonstration-sign-in"
"""Where the combined server has its sign-in without passwords."""


class TransactionCodeChannelName(StrEnum):
    """The ways of ``ISSUER_TX_CODE_CHANNEL``."""

    CLERK = "clerk"
    TERMINAL = "terminal"
    """For the sandbox only."""
    MAIL = "mail"


class Settings(SharedSettings):
    """``ISSUER_…``, and the shared ``TRILLIUM_…`` ones."""

    model_config = SettingsConfigDict(
        env_prefix="ISSUER_", frozen=True, extra="ignore", populate_by_name=True
    )

    public_url: str = "http://localhost:8000/issuer"
    """The credential issuer identifier: ``iss`` of its credentials, and the base of all its addresses."""
    vct_base: str = ""
    """Where credential types have their addresses; empty: ``<public_url>/types``."""
    register_database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['var_dir']}/register.db",
        validation_alias="REGISTER_DATABASE_URL",
        repr=False,
    )
    """The register of residents, a system of its own."""
    keys_uri: str = Field(default_factory=lambda data: f"file:{data['var_dir']}/keys/issuer", repr=False)
    wallet_attesters_file: Path | None = None
    """Authorities of wallet providers whose attestations are believed (PEM)."""
    anonymous_access: bool = True
    """Whether a wallet may redeem a pre-authorized code without naming itself (OpenID4VCI section 12.3)."""
    offer_minutes: int = Field(30, ge=1, le=60)
    """How long an offer lives when nobody says otherwise."""
    tx_code_channel: TransactionCodeChannelName = TransactionCodeChannelName.CLERK
    """How a transaction code reaches the resident: by the clerk, on the server's terminal, or by mail."""
    smtp_url: str = Field("", repr=False)
    """``smtps://user:password@host`` or ``smtp://…`` with STARTTLS; for the channel ``mail``."""
    smtp_sender: str = ""
    """The address that mails with transaction codes come from."""
    insecure_smtp_without_tls: bool = False
    """Whether mails with codes may go to another machine without TLS."""
    dpop: Literal["supported", "required"] = "supported"
    """Whether a wallet may still get a bearer token, or has to bind it to a key (RFC 9449)."""
    client_attestation: Literal["off", "supported", "required"] = Field(
        default_factory=lambda data: "off" if data["wallet_attesters_file"] is None else "supported"
    )
    """Whether wallets show an attestation of their provider where they push requests and get tokens."""
    attestation_max_hours: int = Field(0, ge=0)
    """The age from which an attestation is refused although it is still valid; 0: its own end decides."""
    sender_nonces: Literal["supported", "required"] = "supported"
    """Whether DPoP proofs and proofs of possession need a nonce of ours; one that they have is checked."""
    key_attesters_file: Path | None = None
    """Authorities of those who may vouch for holder keys (PEM); types that ask for it need one."""
    draft_proof: bool = Field(default_factory=lambda data: data["profile"] is Profile.SANDBOX)
    """Whether the single ``proof`` of drafts before OpenID4VCI 1.0 is read. Production refuses it."""
    deferred_interval: int = Field(5, ge=1, le=86_400)
    """Seconds that a wallet waits before it asks again for a deferred credential."""
    deferred_days: int = Field(7, ge=1, le=90)
    """How long a deferred request may be decided and fetched."""
    deferred_approve_after: int | None = Field(None, ge=0)
    """Seconds after which a deferred request is approved without anybody; for the sandbox only."""
    credential_encryption: Literal["supported", "required"] = "supported"
    """Whether credential requests and responses may, or have to, be encrypted (OpenID4VCI section 10)."""
    time_zone: str = "America/Toronto"
    """On whose civil date ages are counted."""
    status_list_size: int = Field(2**20, ge=2**4, le=2**24)
    """Entries of a status list, a power of two."""
    directory_url: str = ""
    """A ministry's API that the register is asked through; empty: ``register_database_url``."""
    directory_timeout: float = Field(3.0, gt=0, le=30)
    """Seconds that an answer of the ministry may take."""
    credential_types_dir: Path | None = None
    """Credential types; empty: those that are shipped."""

    @model_validator(mode="after")
    def _attesters_are_known(self) -> Self:
        if self.client_attestation != "off" and self.wallet_attesters_file is None:
            raise ValueError("client_attestation needs wallet_attesters_file: nobody is trusted without one")
        return self

    @field_validator("directory_url")
    @classmethod
    def _plain_directory(cls, url: str) -> str:
        return parse_public_url(url) if url else url

    wallets_file: Path | None = None
    """Wallets that may use the authorization code flow: JSON, see docs; the sandbox takes others too."""
    require_pushed_requests: bool = Field(default_factory=lambda data: data["profile"] is Profile.PRODUCTION)
    """Whether authorization requests must be pushed first (RFC 9126); production requires it."""
    refresh_days: int = Field(365, ge=0, le=3650)
    """How old a refresh token may become; 0: none are given out."""
    login_issuer: str = ""
    """The OpenID provider where residents sign in; empty: nobody can, or at the demonstration's only."""
    login_client_id: str = "trillium-issuer"
    """How that provider knows the issuer; its redirect URI is ``<public_url>/sign-in/return``."""
    login_client_secret: str = Field("", repr=False)
    """Empty: a public client."""
    login_scope: str = "openid"
    login_claim: str = "register_number"
    """The claim, in the ID token or at the userinfo endpoint, that is the number in the register."""
    login_name_en: str = ""
    login_name_fr: str = ""
    """How the provider is called on the button; empty: it is not named."""
    login_timeout: float = Field(10.0, gt=0, le=60)
    """Seconds for one call of the provider."""
    login_demonstration: bool = Field(default_factory=lambda data: data["profile"] is Profile.SANDBOX)
    """The embedded sign-in without passwords, where no other is configured. Production refuses it."""

    @property
    def residents_sign_in(self) -> bool:
        """Whether the authorization code flow is there."""
        return bool(self.login_issuer)

    @property
    def uses_demonstration_login(self) -> bool:
        """Whether the provider is the embedded one."""
        return self.login_demonstration and self.login_issuer.endswith(DEMONSTRATION_PATH)

    @property
    def type_base(self) -> str:
        """Base of ``vct`` values, without slash at the end."""
        return self.vct_base.rstrip("/") or f"{self.public_url}/types"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)
