"""Folders of credential types: the shipped ones, and copies with one thing changed."""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from issuer.domain.configuration import CredentialConfiguration, build_configurations
from issuer.domain.offer import ConfigurationId

SHIPPED = Path(__file__).parents[3] / "issuer" / "credential_types"
VCT_BASE = "https://issuer.example.com/types"

Files = dict[str, bytes]
Members = dict[str, Any]


def shipped_folders() -> dict[str, Files]:
    """The octets of every file, as the application reads them at start."""
    return {
        folder.name: {file.name: file.read_bytes() for file in folder.iterdir()}
        for folder in sorted(SHIPPED.iterdir())
        if folder.is_dir()
    }


def shipped() -> Mapping[ConfigurationId, CredentialConfiguration]:
    return build_configurations(shipped_folders(), vct_base=VCT_BASE).require_all()


def changed(folder: str, file: str, change: Callable[[Members], object]) -> dict[str, Files]:
    """One shipped folder after a change to the members of one of its files."""
    files = dict(shipped_folders()[folder])
    members = json.loads(files[file])
    change(members)
    files[file] = json.dumps(members, ensure_ascii=False).encode()
    return {folder: files}


def claim(members: Members, *path: str | None) -> Members:
    """The entry for a path in the members of a type-metadata.json."""
    found: Members = next(entry for entry in members["claims"] if entry["path"] == list(path))
    return found


def without(members: Members, *path: str | None) -> None:
    """Takes the entry for a path out of the members of a type-metadata.json."""
    members["claims"].remove(claim(members, *path))


def duplicate(entries: list[Members], **changes: Any) -> None:
    """Appends a changed copy of the first entry; what must be unique is left out of it."""
    entries.append({**copy.deepcopy(entries[0]), **changes})
    entries[-1].pop("svg_id", None)
