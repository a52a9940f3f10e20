"""What a machine that lacks something is told."""

from pathlib import Path

import pytest

from tests.interop.wallet_process import find_node


def test_missing_node_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="Node is missing; `make test` installs it"):
        find_node(str(tmp_path))


def test_old_node_is_a_failure(tmp_path: Path) -> None:
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.20.4\n")
    old.chmod(0o755)
    with pytest.raises(pytest.fail.Exception, match=r"Node 20 or newer is needed, found v18\.20\.4"):
        find_node(str(tmp_path))
