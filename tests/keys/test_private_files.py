"""Files only their owner may read: keys, and the manifest that decides which keys are trusted."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.errors import RingBusy, UnsafePermissions
from keys.private_files import (
    PUBLIC_FILE,
    exclusive_lock,
    read_private,
    remove_private,
    remove_temporary,
    require_private_directory,
    write_private,
)
from tests.patience import PATIENCE_S

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
NOBODY = 65534


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "ring"
    require_private_directory(path, create=True)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_read_and_only_the_owner_may(directory: Path) -> None:
    path = directory / "key"

    written = write_private(path, b"secret")
    content, status = read_private(path, max_bytes=100)

    assert content == b"secret"
    assert (status.st_ino, status.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert mode_of(path) == 0o600
    assert mode_of(directory) == 0o700
    assert [one.name for one in directory.iterdir()] == ["key"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_the_mode_does_not_depend_on_the_umask(directory: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_private(directory / "key", b"")
        write_private(directory / "public", b"", mode=PUBLIC_FILE)
    finally:
        os.umask(before)

    assert mode_of(directory / "key") == 0o600
    assert mode_of(directory / "public") == 0o644


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o644, 0o666, 0o777])
def test_a_file_open_to_others_is_refused_by_name(directory: Path, mode: int) -> None:
    path = directory / "key"
    write_private(path, b"secret")
    path.chmod(mode)

    with pytest.raises(UnsafePermissions, match=f"{path} has mode {mode:04o}.*chmod 0600"):
        read_private(path, max_bytes=100)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_narrow_mode_is_fine(directory: Path, mode: int) -> None:
    path = directory / "key"
    write_private(path, b"secret")
    path.chmod(mode)

    assert read_private(path, max_bytes=100)[0] == b"secret"


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711, 0o755, 0o777])
def test_a_directory_open_to_others_is_refused_by_name(directory: Path, mode: int) -> None:
    directory.chmod(mode)
    try:
        with pytest.raises(UnsafePermissions, match=f"{directory} has mode {mode:04o}.*chmod 0700"):
            require_private_directory(directory, create=True)
    finally:
        directory.chmod(0o700)


@AS_ROOT
def test_a_file_of_somebody_else_is_refused_by_name(directory: Path) -> None:
    path = directory / "key"
    write_private(path, b"secret")
    os.chown(path, NOBODY, NOBODY)

    with pytest.raises(UnsafePermissions, match=f"{path} belongs to user {NOBODY}"):
        read_private(path, max_bytes=100)


@AS_ROOT
def test_a_directory_of_somebody_else_is_refused_by_name(directory: Path) -> None:
    os.chown(directory, NOBODY, NOBODY)

    with pytest.raises(UnsafePermissions, match=f"{directory} belongs to user {NOBODY}"):
        require_private_directory(directory)


def link(path: Path) -> None:
    target = path.with_name("target")
    write_private(target, b"elsewhere")
    path.symlink_to(target)


def fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


@pytest.mark.parametrize("make", [link, fifo, Path.mkdir])
def test_only_a_regular_file_is_a_key(directory: Path, make: Callable[[Path], None]) -> None:
    make(directory / "key")

    with pytest.raises(UnsafePermissions, match=f"{directory / 'key'} is"):
        read_private(directory / "key", max_bytes=100)


def test_a_link_is_not_a_directory_of_keys(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(directory)

    with pytest.raises(UnsafePermissions, match="not a directory"):
        require_private_directory(tmp_path / "link")


def test_a_file_that_is_too_large_is_not_read(directory: Path) -> None:
    write_private(directory / "key", b"12345")

    assert read_private(directory / "key", max_bytes=5)[0] == b"12345"
    with pytest.raises(ValueError, match="larger than 4"):
        read_private(directory / "key", max_bytes=4)


def test_writing_replaces_the_file_and_never_changes_it_in_place(directory: Path) -> None:
    path = directory / "key"
    write_private(path, b"old")
    with path.open("rb") as reader:
        write_private(path, b"newer")

        assert reader.read() == b"old"
    assert path.read_bytes() == b"newer"


def test_a_link_planted_where_the_next_version_is_written_is_not_followed(directory: Path) -> None:
    victim = directory / "victim"
    victim.write_bytes(b"untouched")
    (directory / "key.tmp").symlink_to(victim)

    write_private(directory / "key", b"secret")

    assert victim.read_bytes() == b"untouched"
    assert not (directory / "key").is_symlink()


def test_removing_is_idempotent_and_leftovers_are_swept(directory: Path) -> None:
    write_private(directory / "key", b"secret")
    (directory / "other.tmp").write_bytes(b"half a sec")

    remove_temporary(directory)
    remove_private(directory / "key")
    remove_private(directory / "key")

    assert not list(directory.iterdir())


def test_the_lock_lets_one_in_at_a_time(directory: Path) -> None:
    inside, most = 0, 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with exclusive_lock(directory / "lock", timeout_s=PATIENCE_S):
                with counting:
                    inside += 1
                    most = max(most, inside)
                with counting:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_a_lock_that_is_never_released_ends_in_an_error_that_names_it(directory: Path) -> None:
    path = directory / "lock"
    with (
        exclusive_lock(path, timeout_s=1),
        pytest.raises(RingBusy, match=str(path)),
        exclusive_lock(path, timeout_s=0.05),
    ):
        pass
    with exclusive_lock(path, timeout_s=0):
        pass


def test_a_lock_file_open_to_others_is_refused(directory: Path) -> None:
    """Whoever can open it can hold it, and nobody starts any more."""
    path = directory / "lock"
    path.touch(mode=0o666)
    path.chmod(0o666)

    with pytest.raises(UnsafePermissions, match="lock"), exclusive_lock(path, timeout_s=0):
        pass
