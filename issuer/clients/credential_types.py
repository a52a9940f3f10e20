"""Reads the folders of the credential types."""

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from issuer.domain.configuration import BuiltConfigurations, build_configurations
from issuer.domain.type_settings import TYPE_FILE


def read_configurations(folder: Path | None, *, vct_base: str) -> BuiltConfigurations:
    """The credential types of a folder, and what is wrong with others; ``None``: those that are shipped.

    A folder that is itself a type is read as that one type. OSError when something cannot be read.
    """
    shipped = Path(str(resources.files("issuer") / "credential_types"))
    parent = (folder or shipped).resolve()
    entries = [parent] if (parent / TYPE_FILE).is_file() else sorted(parent.iterdir())
    folders = tuple(
        (
            entry.name,
            tuple((file.name, file.read_bytes()) for file in sorted(entry.iterdir()) if file.is_file()),
        )
        for entry in entries
        if entry.is_dir() and not entry.name.startswith(("_", "."))
    )
    return _built(folders, vct_base)


_Folders: TypeAlias = tuple[tuple[str, tuple[tuple[str, bytes], ...]], ...]


@lru_cache(maxsize=4)
def _built(folders: _Folders, vct_base: str) -> BuiltConfigurations:
    """The same octets make the same types, and to check their schemas takes most of an issuer's start: all in
    one process, three parts ask for them.
    """
    return build_configurations({name: dict(files) for name, files in folders}, vct_base=vct_base)
