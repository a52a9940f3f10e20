"""Reads the folders of the credential types."""

from importlib import resources
from pathlib import Path

from issuer.domain.configuration import BuiltConfigurations, build_configurations
from issuer.domain.type_settings import TYPE_FILE


def read_configurations(folder: Path | None, *, vct_base: str) -> BuiltConfigurations:
    """The credential types of a folder, and what is wrong with others; ``None``: those that are shipped.

    A folder that is itself a type is read as that one type. OSError when something cannot be read.
    """
    shipped = Path(str(resources.files("issuer") / "credential_types"))
    parent = (folder or shipped).resolve()
    entries = [parent] if (parent / TYPE_FILE).is_file() else sorted(parent.iterdir())
    folders = {
        entry.name: {file.name: file.read_bytes() for file in entry.iterdir() if file.is_file()}
        for entry in entries
        if entry.is_dir() and not entry.name.startswith(("_", "."))
    }
    return build_configurations(folders, vct_base=vct_base)
