"""Settings of the verifier; every field works on a laptop as it is."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from trillium.runtime.settings import SharedSettings


class Settings(SharedSettings):
    """``VERIFIER_…``, and the shared ``TRILLIUM_…`` ones."""

    model_config = SettingsConfigDict(
        env_prefix="VERIFIER_", frozen=True, extra="ignore", populate_by_name=True
    )

    public_url: str = "http://localhost:8000/verifier"
    """The base of all its addresses; its host is in the certificate that signs requests."""
    keys_uri: str = Field(default_factory=lambda data: f"file:{data['var_dir']}/keys/verifier", repr=False)
    trust_file: Path | None = None
    """Whose credentials are trusted, as JSON. Without it nobody is, unless the combined server says so."""
    presets_dir: Path | None = None
    """Presets; empty: those that are shipped."""
