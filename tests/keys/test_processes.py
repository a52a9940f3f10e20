"""Several processes and sudden deaths: there is one ring, and it can always be read (decisions: Keys)."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

from keys import KeyPurpose, KeyRing, KeyState
from keys.wrapping import unwrap, wrap
from specs.jose import parse_x5c, verify_chain, verify_signature
from tests.architecture.source_tree import ROOT
from tests.keys.rings import DAY, NOW, WANTED, file_ring
from tests.patience import PATIENCE_S

STARTS = 4
KILLS = 4


def spawn(act: str, directory: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.keys.ring_process", act, str(directory)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def assert_whole(directory: Path) -> KeyRing:
    """One active key per purpose, and every key that may be used can be."""
    ring = file_ring(directory)
    for purpose in WANTED:
        active = [one for one in ring.state.of_purpose(purpose) if one.state is KeyState.ACTIVE]
        assert len(active) == 1, purpose
    signer = ring.signer_for(KeyPurpose.CREDENTIAL, NOW)
    verify_chain(parse_x5c(list(signer.certificate_chain)), ring.anchors(), now=NOW)
    verify_signature(signer.public_jwk, asyncio.run(signer.sign(b"data")), b"data")
    for one in ring.state.of_purpose(KeyPurpose.CREDENTIAL):
        if one.state is KeyState.LIST_ONLY:
            ring.signer_for_list(one.key_id, NOW + DAY)
    secret = ring.secret_for(KeyPurpose.WRAPPING)
    assert unwrap(secret, wrap(secret, b"key", b""), b"") == b"key"
    return ring


def test_processes_that_start_at_once_end_with_one_ring(tmp_path: Path) -> None:
    directory = tmp_path / "ring"
    processes = [spawn("start", directory) for _ in range(STARTS)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()

    printed = {process.communicate(timeout=PATIENCE_S)[0] for process in processes}

    assert all(process.returncode == 0 for process in processes)
    assert len(printed) == 1
    ring = assert_whole(directory)
    assert printed.pop().split() == sorted(one.key_id for one in ring.state.entries)
    assert len(list(directory.glob("key-*.pem"))) == 4  # three purposes and the development authority


def test_a_ring_survives_being_killed_while_it_rotates(tmp_path: Path) -> None:
    directory = tmp_path / "ring"
    file_ring(directory).ensure(WANTED, NOW)
    for kill in range(KILLS):
        process = spawn("rotate", directory)
        assert process.stdout is not None
        assert process.stdout.readline() == "round\n"
        time.sleep(kill * 0.003)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == -signal.SIGKILL
        assert_whole(directory)
    file_ring(directory).prepare_next(KeyPurpose.CREDENTIAL, NOW)

    assert not list(directory.glob("*.tmp")), "what the dead ones left is swept by the next change"


def cut_everywhere(act: str, directory: Path) -> list[Path]:
    """The directories of the runs that died, and of the one that did not."""
    process = spawn(act, directory)
    output, _ = process.communicate(timeout=4 * PATIENCE_S)
    assert process.returncode == 0
    return [directory / str(number) for number in range(1, int(output) + 2)]


def test_a_ring_survives_death_before_any_single_change_of_a_rotation(tmp_path: Path) -> None:
    """Every file opened, renamed, removed or changed in mode is a place to die."""
    directories = cut_everywhere("cut-rotate", tmp_path)
    assert len(directories) > 40

    for directory in directories:
        before = file_ring(directory).secret_for(KeyPurpose.PAIRWISE_SUBJECT).mac(b"person")
        ring = assert_whole(directory)
        ring.prepare_next(KeyPurpose.ACCESS_TOKEN, NOW)
        assert not list(directory.glob("*.tmp")), "what the dead one left is swept by the next change"
        assert ring.secret_for(KeyPurpose.PAIRWISE_SUBJECT).mac(b"person") == before


def test_a_first_start_that_was_cut_off_is_completed_by_the_next(tmp_path: Path) -> None:
    directories = cut_everywhere("cut-start", tmp_path)
    assert len(directories) > 30

    for directory in directories:
        file_ring(directory).ensure(WANTED, NOW)
        assert_whole(directory)
