"""Which installation the command line works on: that of the settings, as the server there was last started.

Certificates and links carry public URLs. A server that was started with another port or URL than the default
leaves its base URL in its ``var`` folder, and commands that nobody told otherwise use it.
"""

from pathlib import Path
from typing import Final

import issuer.settings
import verifier.settings
from trillium.combined import DEFAULT_BASE, CombinedSettings, combined_settings, with_own_trust
from trillium.runtime.settings import parse_public_url

BASE_URL_FILE: Final = "base_url"
MAX_LENGTH: Final = 2048


def remember_base_url(var_dir: Path, base_url: str) -> None:
    """Called when the combined server starts."""
    var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    (var_dir / BASE_URL_FILE).write_text(f"{base_url}\n", encoding="ascii")


def base_url(var_dir: Path) -> str:
    """Where the combined server of a folder is reached; the default when none was started there yet."""
    try:
        text = (var_dir / BASE_URL_FILE).read_text(encoding="ascii")[:MAX_LENGTH]
    except FileNotFoundError:
        return DEFAULT_BASE
    return parse_public_url(text.strip())


def installation() -> CombinedSettings:
    """The settings of all three; what the environment says goes first."""
    return combined_settings(base_url(issuer.settings.Settings().var_dir))


def verifier_settings() -> verifier.settings.Settings:
    """The verifier's settings: its own where the environment has them, otherwise those of all in one."""
    own = verifier.settings.Settings()
    if own.trust_list or "public_url" in own.model_fields_set:
        return own
    return with_own_trust(installation()).verifier


def issuer_settings() -> issuer.settings.Settings:
    """The issuer's settings: its own public URL where the environment has one."""
    own = issuer.settings.Settings()
    return own if "public_url" in own.model_fields_set else installation().issuer
