"""Reads the folders of the credential types."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from issuer.domain.configuration import CredentialConfiguration, build_configurations
from issuer.domain.offer import ConfigurationId


def read_configurations(
    folder: Path | None, *, vct_base: str
) -> Mapping[ConfigurationId, CredentialConfiguration]:
    """The credential types of a folder; ``None``: those that are shipped.

    Raises:
        issuer.domain.problems.BadCredentialTypes: with everything that is wrong with any of them.
    """
    shipped = Path(str(resources.files("issuer") / "credential_types"))
    folders = {
        entry.name: {file.name: file.read_bytes() for file in entry.iterdir() if file.is_file()}
        for entry in sorted((folder or shipped).iterdir())
        if entry.is_dir() and not entry.name.startswith(("_", "."))
    }
    return build_configurations(folders, vct_base=vct_base)
