"""The set-up scripts say plainly what is missing, in words that can be pasted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT

LINE = "sudo apt-get install -y chromium softhsm2 postgresql apache2 libapache2-mod-auth-openidc"


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder of programs like a machine without the tests' programs, where we are nobody and sudo asks."""
    for program in ("sh", "tr", "sed", "dirname"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    put_program(tmp_path / "id", "echo 1000")
    put_program(tmp_path / "sudo", "exit 1")
    return tmp_path


def put_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def run(script: str, path: Path) -> subprocess.CompletedProcess[str]:
    shell = str(shutil.which("sh"))
    environment = {**os.environ, "PATH": str(path)}
    return subprocess.run(
        [shell, str(ROOT / script)], env=environment, capture_output=True, text=True, check=False
    )


def test_without_rights_the_line_to_type_is_printed_and_the_status_is_2(bare_machine: Path) -> None:
    result = run("tools/install_system_packages.sh", bare_machine)

    assert result.returncode == 2
    assert LINE in result.stderr


def test_as_root_only_what_is_missing_is_installed(bare_machine: Path, tmp_path: Path) -> None:
    put_program(bare_machine / "id", "echo 0")
    put_program(bare_machine / "env", 'shift; exec "$@"')
    put_program(bare_machine / "softhsm2-util", "")
    put_program(bare_machine / "apt-get", f'echo "$@" >> {tmp_path}/asked')

    result = run("tools/install_system_packages.sh", bare_machine)

    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert result.returncode == 0, result.stderr
    assert "chromium" in asked
    assert "softhsm2" not in asked


def test_the_contributing_page_has_the_same_line() -> None:
    assert LINE in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_an_old_python_is_refused_with_the_version_it_has_and_what_to_do(tmp_path: Path) -> None:
    pretend = """
import runpy, sys
sys.version_info = (3, 9, 2)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
    script = str(ROOT / "tools" / "create_venv.py")

    result = subprocess.run(
        [sys.executable, "-c", pretend, script, str(tmp_path / "venv")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert "Python 3.11 or newer" in result.stdout
    assert "3.9.2" in result.stdout
    assert "make PYTHON=python3.12 run" in result.stdout
    assert not (tmp_path / "venv").exists()
