"""Presets from files: the operator's folder, or those that are shipped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import structlog

from verifier.domain.known_types import KnownTypes
from verifier.domain.over_asking import OverAskingFinding, warnings_about
from verifier.domain.preset import Preset
from verifier.domain.preset_file import MAX_PRESET_BYTES, UnresolvedPreset, parse_preset
from verifier.errors import BadPreset, OverAsking, UnknownCredentialType

log: Final = structlog.get_logger()

SHIPPED: Final = Path(str(resources.files("verifier") / "presets"))


@dataclass(frozen=True, slots=True)
class PresetFiles:
    """The presets of one folder, all of them usable as far as that can be told without a trust list."""

    unresolved: Mapping[str, UnresolvedPreset]
    are_shipped: bool

    def resolved(self, types: KnownTypes, *, leave_out: bool = False) -> Mapping[str, Preset]:
        """Those that can be answered by what trusted issuers issue.

        An operator means what stands in a file of theirs; of ours they use what fits. ``leave_out``: what
        does not fit is not there, whoever wrote it, so that the others need not suffer for it.

        Raises:
            UnknownCredentialType: nobody issues what an operator's preset asks for.
            OverAsking: one asks for a claim that its types do not have.
        """
        presets: dict[str, Preset] = {}
        for preset_id, one in self.unresolved.items():
            try:
                presets[preset_id] = one.resolved(types, drop_unknown=self.are_shipped)
            except (UnknownCredentialType, OverAsking) as error:
                of_ours = self.are_shipped and isinstance(error, UnknownCredentialType)
                if not leave_out and not of_ours:
                    raise
                log.warning("preset_left_out", preset=preset_id)
        return presets


def read_preset_files(folder: Path | None, *, production: bool) -> PresetFiles:
    """The presets of a folder; ``None``: those that are shipped.

    Raises:
        BadPreset, OverAsking: one of them cannot be used, or there is none; the verifier does not start then.
    """
    files = preset_files_in(folder)
    unresolved = {file.stem: read_preset_file(file, production=production) for file in files}
    return PresetFiles(unresolved, are_shipped=folder is None)


def preset_files_in(folder: Path | None) -> list[Path]:
    """The files of a folder; ``None``: those that are shipped.

    Raises:
        BadPreset: there is none. Who names a folder means to ask; nobody could.
    """
    files = sorted((folder or SHIPPED).glob("*.json"))
    if not files:
        raise BadPreset(f"{folder}: no such folder, or no .json file in it")
    return files


def read_preset_file(file: Path, *, production: bool) -> UnresolvedPreset:
    """One preset, named like its file.

    Raises:
        BadPreset, OverAsking: it cannot be used.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_PRESET_BYTES + 1)
    except OSError as error:
        raise BadPreset(f"{file.name}: {type(error).__name__}") from error
    unresolved = parse_preset(file.stem, data, production=production)
    for one in warnings_about(unresolved.preset.retention.days):
        log.warning("preset_questionable", preset=file.stem, finding=one.kind.value)
    return unresolved


@dataclass(frozen=True, slots=True)
class ExaminedPreset:
    """One file as a report shows it: a preset, or what is wrong with it."""

    id: str
    preset: Preset | None = None
    """With the short names of its types where nobody is trusted for them."""
    problem: str = ""
    """Why it cannot be used, for its author: places in the file, no values."""
    findings: tuple[OverAskingFinding, ...] = ()
    """Where it is not refused: what to look at before it is used."""
    not_issued: bool = False
    """Nothing is wrong with it, but nobody is trusted to issue what it asks for."""

    @property
    def is_refused(self) -> bool:
        """The verifier does not start with it."""
        return bool(self.problem)


def examine_preset_files(
    files: Iterable[Path], *, types: KnownTypes | None, production: bool
) -> list[ExaminedPreset]:
    """Every file for itself, whatever is wrong with the others. ``types``: ``None`` without a trust list."""
    return [_examined(file, types, production) for file in files]


def _examined(file: Path, types: KnownTypes | None, production: bool) -> ExaminedPreset:
    try:
        unresolved = read_preset_file(file, production=production)
    except OverAsking as error:
        return ExaminedPreset(file.stem, problem=error.text, findings=error.findings)
    except BadPreset as error:
        return ExaminedPreset(file.stem, problem=error.detail)
    warnings = warnings_about(unresolved.preset.retention.days)
    if types is None:
        return ExaminedPreset(file.stem, unresolved.preset, findings=warnings)
    try:
        return ExaminedPreset(file.stem, unresolved.resolved(types, drop_unknown=True), findings=warnings)
    except OverAsking as error:
        return ExaminedPreset(file.stem, problem=error.text, findings=error.findings)
    except UnknownCredentialType:
        return ExaminedPreset(file.stem, unresolved.preset, findings=warnings, not_issued=True)
