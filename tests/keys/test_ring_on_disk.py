"""A file ring and its files: what is wrong with them, and what is left alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from keys import KeyPurpose, KeyState
from keys.errors import PrivateKeyMismatch, PrivateKeyMissing, UnsafePermissions
from tests.keys.rings import CERTIFIED, DAY, NOW, PLAIN, WANTED, file_ring

CREDENTIAL = KeyPurpose.CREDENTIAL


class TestDisk:
    """What can be wrong with the files is told at start, with the name of the file."""

    @pytest.fixture
    def directory(self, tmp_path: Path) -> Path:
        file_ring(tmp_path / "ring").ensure(WANTED, NOW)
        return tmp_path / "ring"

    @staticmethod
    def key_file(directory: Path) -> Path:
        return directory / f"key-{file_ring(directory).signer_for(CREDENTIAL, NOW).key_id}.pem"

    def test_a_key_file_open_to_others(self, directory: Path) -> None:
        path = self.key_file(directory)
        path.chmod(0o644)

        with pytest.raises(UnsafePermissions, match=f"{path.name} has mode 0644"):
            file_ring(directory)

    def test_a_secret_file_open_to_others(self, directory: Path) -> None:
        (directory / "secret-wrapping-1.bin").chmod(0o660)

        with pytest.raises(UnsafePermissions, match=r"secret-wrapping-1\.bin has mode 0660"):
            file_ring(directory)

    def test_a_key_file_that_is_gone(self, directory: Path) -> None:
        path = self.key_file(directory)
        path.unlink()

        with pytest.raises(PrivateKeyMissing, match=path.name):
            file_ring(directory)

    def test_a_key_file_with_another_key_in_it(self, directory: Path) -> None:
        path = self.key_file(directory)
        other = next(one for one in directory.glob("key-*.pem") if one != path)
        path.write_bytes(other.read_bytes())

        with pytest.raises(PrivateKeyMismatch, match=path.name):
            file_ring(directory)

    @pytest.mark.parametrize("content", [b"", b"not a key", b"x" * 20_000])
    def test_a_damaged_key_file(self, directory: Path, content: bytes) -> None:
        path = self.key_file(directory)
        path.write_bytes(content)

        with pytest.raises(PrivateKeyMismatch, match=path.name):
            file_ring(directory)

    def test_a_secret_cut_short(self, directory: Path) -> None:
        (directory / "secret-wrapping-1.bin").write_bytes(b"short")

        with pytest.raises(PrivateKeyMismatch, match="wrapping-1 has 5 bytes"):
            file_ring(directory)

    def test_a_ring_that_has_all_it_needs_is_not_touched(self, directory: Path) -> None:
        """It may be mounted read-only."""
        before = {one: one.stat().st_mtime_ns for one in directory.iterdir()}
        ring = file_ring(directory)
        directory.chmod(0o500)
        try:
            ring.ensure(WANTED, NOW)
        finally:
            directory.chmod(0o700)

        assert {one: one.stat().st_mtime_ns for one in directory.iterdir()} == before


def test_a_destroyed_key_leaves_the_disk(tmp_path: Path) -> None:
    ring = file_ring(tmp_path / "ring")
    ring.ensure(WANTED, NOW)
    old = ring.signer_for(KeyPurpose.ACCESS_TOKEN, NOW).key_id
    ring.prepare_next(KeyPurpose.ACCESS_TOKEN, NOW)
    ring.rotate(KeyPurpose.ACCESS_TOKEN, NOW + timedelta(hours=1))
    path = tmp_path / "ring" / f"key-{old}.pem"
    assert path.exists()

    ring.destroy(old, NOW + 3 * DAY)

    assert not path.exists()
    assert ring.state.entry(old).state is KeyState.DESTROYED
    assert file_ring(tmp_path / "ring").state == ring.state


def test_refreshing_an_unchanged_ring_reads_nothing(tmp_path: Path) -> None:
    """Every 5 s in every process: one stat."""
    ring = file_ring(tmp_path / "ring")
    assert ring.refresh(NOW) is False
    ring.ensure({CREDENTIAL: CERTIFIED, KeyPurpose.NONCE: PLAIN}, NOW)
    (tmp_path / "ring" / "secret-nonce-1.bin").chmod(0)

    assert ring.refresh(NOW) is False
