"""Settings of the issuer; every field works on a laptop as it is."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from trillium.runtime.settings import SharedSettings


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
    anonymous_access: bool = True
    """Whether a wallet may redeem a pre-authorized code without naming itself (OpenID4VCI section 12.3)."""
    time_zone: str = "America/Toronto"
    """On whose civil date ages are counted."""
    status_list_size: int = Field(2**20, ge=2**4, le=2**24)
    """Entries of a status list, a power of two."""
    credential_types_dir: Path | None = None
    """Credential types; empty: those that are shipped."""

    @property
    def type_base(self) -> str:
        """Base of ``vct`` values, without slash at the end."""
        return self.vct_base.rstrip("/") or f"{self.public_url}/types"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)
