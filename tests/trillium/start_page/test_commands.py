"""The commands on the pages work as they are printed: they are read from the pages and run."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.browser.reading import ReadPage
from tests.trillium.start_page.other_apps import opened
from trillium.cli import app as command_line
from trillium.start_page.app import ROLES

ROOT = Path(__file__).parents[3]


def commands_on(path: str) -> list[list[str]]:
    """The arguments of each command of ours."""

    return read(path).commands(".venv/bin/trillium")


def read(path: str) -> ReadPage:
    async def fetch() -> str:
        async with opened() as client:
            return (await client.get(path)).text

    return ReadPage(asyncio.run(fetch()))


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """In the folder of the project, as the pages say, but with data elsewhere."""
    monkeypatch.setenv("TRILLIUM_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(ROOT)
    return CliRunner()


def run(runner: CliRunner, arguments: list[str]) -> Result:
    return runner.invoke(command_line, arguments)


def test_the_administrator_s_commands_follow_from_one_another(runner: CliRunner) -> None:
    fill, find, offer, *changes = commands_on("/roles/administrator")
    assert run(runner, fill).exit_code == 0
    people = json.loads(run(runner, [*find, "--json"]).stdout)
    number = offer[offer.index("--register-number") + 1]
    [reference] = [one["subject_ref"] for one in people if one["register_number"] == number]
    assert "Transaction code" in run(runner, offer).stdout
    assert [change[1] for change in changes] == ["suspend", "reinstate", "revoke"]
    for change in changes:
        changed = run(runner, [reference if word == "REF" else word for word in change])
        # Understood; only that nobody has accepted the offer yet.
        assert (changed.exit_code, "unknown_credential" in changed.stderr) == (1, True)


def test_a_service_is_registered_as_its_page_says(runner: CliRunner) -> None:
    [register] = commands_on("/roles/relying-service")
    client = json.loads(run(runner, [*register, "--json"]).stdout)
    assert set(client) == {"client_id", "client_secret"}


def test_the_presets_on_the_page_are_those_that_exist(runner: CliRunner) -> None:
    presets = {row["preset"] for row in json.loads(run(runner, ["verifier", "presets", "--json"]).stdout)}
    assert presets == {code for code in read("/roles/relying-service").codes if " " not in code}


@pytest.mark.parametrize("path", ["/", *(f"/roles/{role}" for role in ROLES)])
def test_every_command_is_one_that_the_program_has(runner: CliRunner, path: str) -> None:
    """What it would do is tested elsewhere (the demonstration: tests/flows)."""
    for command in commands_on(path):
        words = [word for word in command if not word.startswith("-")][:2]
        assert run(runner, [*words, "--help"]).exit_code == 0, command
