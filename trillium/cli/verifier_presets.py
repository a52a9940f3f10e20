"""``trillium verifier presets``: what relying services can ask for, and what is wrong with a preset."""

from pathlib import Path
from typing import Annotated, Any

import typer

from specs.sd_jwt_vc import show_path
from trillium.cli.local import verifier_settings
from trillium.cli.output import FAILED, JsonOption, console, print_json, run
from verifier.app import examine_presets
from verifier.clients.presets import ExaminedPreset
from verifier.domain.over_asking import OverAskingFinding
from verifier.domain.preset import Preset, Retention

CheckOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--check", help="Look at this file instead, before it is used; may be repeated.", exists=False
    ),
]


def presets(check: CheckOption = None, as_json: JsonOption = False) -> None:
    """What relying services can ask for; every preset that asks for too much, and what to ask instead."""

    async def work() -> list[ExaminedPreset]:
        return await examine_presets(verifier_settings(), check or ())

    examined = run(work)
    if as_json:
        print_json([_document(one) for one in examined])
    else:
        for one in examined:
            _print(one)
    # A shipped preset that nobody issues for is left out; one that was asked about should be usable.
    if any(one.is_refused or (check and one.not_issued) for one in examined):
        raise typer.Exit(FAILED)


def _print(one: ExaminedPreset) -> None:
    """A block each: a table of all this is too wide for a terminal."""
    console.print(f"{one.id}: {_state(one)}", markup=False)
    if one.preset is not None:
        shown = _described(one.preset)
        kept = one.preset.retention.days
        console.print(f"  {shown['name']} / {shown['nom']}", markup=False)
        console.print(f"  needs   {', '.join(one.preset.needs)}", markup=False)
        console.print(f"  claims  {shown['claims']}", markup=False)
        console.print(f"  kept    {f'{kept} days' if kept else 'not at all'}", markup=False)
    if one.is_refused and not one.findings:
        console.print(f"  {one.problem}", markup=False)
    for finding in one.findings:
        console.print(f"  {finding.place} [{finding.kind}]", markup=False)
        for texts in (finding.text.by_language, finding.suggestion.by_language):
            for language, text in texts.items():
                console.print(f"    {language}  {text}", markup=False)


def _state(one: ExaminedPreset) -> str:
    if one.is_refused:
        return "refused"
    return "not issued" if one.not_issued else "usable"


def _described(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.names["en-CA"],
        "nom": preset.names["fr-CA"],
        "claims": ", ".join(
            dict.fromkeys(
                show_path(claim.path)
                for credential in preset.query.credentials
                for claim in credential.claims or ()
            )
        ),
    }


def _document(one: ExaminedPreset) -> dict[str, Any]:
    document: dict[str, Any] = {"preset": one.id, "state": _state(one), "problem": one.problem}
    document["findings"] = [_finding(finding) for finding in one.findings]
    preset = one.preset
    if preset is None:
        return document
    return document | {
        **_described(preset),
        "purposes": dict(preset.purposes),
        "needs": list(preset.needs),
        "retention": _kept(preset.retention),
        "evidence": None if preset.evidence is None else _kept(preset.evidence),
        "cross_device": preset.cross_device.value,
        "subject_mode": preset.subject_mode.value,
    }


def _kept(retention: Retention) -> dict[str, Any]:
    return {"days": retention.days, "purposes": dict(retention.purposes)}


def _finding(finding: OverAskingFinding) -> dict[str, Any]:
    return {
        "code": finding.kind.value,
        "place": finding.place,
        "text": finding.text.by_language,
        "suggestion": finding.suggestion.by_language,
    }
