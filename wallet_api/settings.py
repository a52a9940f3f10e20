"""Settings of the wallet; every field works on a laptop as it is."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from trillium.runtime.trust_list import TrustListSettings


class Settings(TrustListSettings):
    """``WALLET_…``, and the shared ``TRILLIUM_…`` ones."""

    model_config = SettingsConfigDict(
        env_prefix="WALLET_", frozen=True, extra="ignore", populate_by_name=True
    )

    public_url: str = "http://localhost:8000/wallet"
    """The base of all its addresses."""
    keys_uri: str = Field(default_factory=lambda data: f"file:{data['var_dir']}/keys/wallet", repr=False)
    client_id: str = ""
    """How the wallet names itself to authorization servers; empty: not at all."""
    registered_verifiers: Path | None = None
    """A JSON file with verifiers that are known beforehand, without certificates; none without it."""
    server_held_vcts: Annotated[tuple[str, ...], NoDecode] = ()
    """Credential types (``vct``) whose holder keys the server may keep in production (comma-separated)."""

    @field_validator("server_held_vcts", mode="before")
    @classmethod
    def _split_vcts(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @property
    def allow_http(self) -> bool:
        """Whether addresses of strangers may be http at all: only those of `loopback_origins`, which are."""
        return any(origin.startswith("http://") for origin in self.loopback_origins)
