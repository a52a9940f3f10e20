"""Reads the folders of the credential types."""

from importlib import resources
from pathlib import Path

from issuer.domain.configuration import BuiltConfigurations, build_configurations


def read_configurations(folder: Path | None, *, vct_base: str) -> BuiltConfigurations:
    """The credential types of a folder, and what is wrong with others; ``None``: those that are shipped."""
    shipped = Path(str(resources.files("issuer") / "credential_types"))
    folders = {
        entry.name: {file.name: file.read_bytes() for file in entry.iterdir() if file.is_file()}
        for entry in sorted((folder or shipped).iterdir())
        if entry.is_dir() and not entry.name.startswith(("_", "."))
    }
    return build_configurations(folders, vct_base=vct_base)
