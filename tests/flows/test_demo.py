"""``trillium demo`` as a newcomer runs it: a real server, every step with its expected outcome."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE_S

PATIENCE = 2 * PATIENCE_S


def test_the_whole_story_ends_as_it_must(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trillium", "demo", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    report = json.loads(ran.stdout)
    assert ran.returncode == 0, report
    assert report["ok"] is True
    assert len(report["steps"]) >= 11
    assert all(step["expected"] and not step["problem"] for step in report["steps"])
    told = " ".join(line for step in report["steps"] for line in step["lines"])
    for word in ("age_equal_or_over.19: true", "address.locality: Toronto", "revoked", "suspended"):
        assert word in told
    assert list(tmp_path.iterdir()) == []  # the demonstration leaves nothing behind


def test_against_a_server_that_runs_and_fails_honestly_without_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trillium", "demo", "--url", "http://localhost:9", "--json"]
    environment = {**os.environ, "TRILLIUM_VAR_DIR": str(tmp_path)}
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 1
    assert "var folder" in ran.stderr
    assert "Traceback" not in ran.stderr
