"""Rings by URI, and what separates sandbox from production (D8; product.md)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from keys import KeyPurpose, KeyRing, open_key_ring
from keys.errors import CustodyError, UnknownProvider, WrongEnvironment
from keys.providers import PROVIDERS
from tests.keys.rings import CERTIFIED, NOW, PLAIN, WANTED, file_ring


def opened(uri: str) -> KeyRing:
    return open_key_ring(uri, sandbox=True, now=NOW)


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "file://localhost{}"])
def test_a_file_ring_opens_by_path(tmp_path: Path, form: str) -> None:
    ring = opened(form.format(tmp_path / "a ring"))
    ring.ensure(WANTED, NOW)

    assert (tmp_path / "a ring" / "manifest.json").is_file()


def test_a_relative_path_and_an_escaped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    opened("file:var/keys/the%20issuer").ensure({KeyPurpose.NONCE: PLAIN}, NOW)

    assert (tmp_path / "var/keys/the issuer/manifest.json").is_file()


def test_opening_makes_nothing(tmp_path: Path) -> None:
    opened(f"file:{tmp_path / 'ring'}")

    assert not list(tmp_path.iterdir())


def test_two_memory_rings_have_nothing_in_common() -> None:
    first, second = opened("memory:"), opened("memory:")
    first.ensure({KeyPurpose.NONCE: PLAIN}, NOW)

    assert not second.state.entries


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("pkcs11:token=issuer", "not built in yet"),
        ("https://keys.example", "'https' is none of file:, memory:, pkcs11:"),
        ("var/keys/issuer", "none of"),
        ("", "none of"),
        ("file:", "needs a directory"),
        ("file://server/keys", "host server"),
        ("memory:x", "no path"),
    ],
)
def test_another_uri_is_refused_with_a_reason(uri: str, why: str) -> None:
    with pytest.raises(UnknownProvider, match=why):
        opened(uri)


def test_the_table_lists_the_providers() -> None:
    assert set(PROVIDERS) == {"file", "memory", "pkcs11"}


class TestEnvironment:
    """Sandbox and production keys are never mixed."""

    @pytest.mark.parametrize("made_for", [True, False])
    def test_a_ring_opens_only_in_the_environment_it_was_made_for(
        self, tmp_path: Path, made_for: bool
    ) -> None:
        file_ring(tmp_path / "ring", sandbox=made_for).ensure({KeyPurpose.NONCE: PLAIN}, NOW)

        file_ring(tmp_path / "ring", sandbox=made_for)
        with pytest.raises(WrongEnvironment):
            file_ring(tmp_path / "ring", sandbox=not made_for)

    def test_a_sandbox_ring_whose_flag_was_turned_is_still_refused(self, tmp_path: Path) -> None:
        """The authority carries its marker in the certificate."""
        file_ring(tmp_path / "ring").ensure({KeyPurpose.CREDENTIAL: CERTIFIED}, NOW)
        self.change_manifest(tmp_path, lambda value: value.update(sandbox=False))

        with pytest.raises(WrongEnvironment, match="development authority"):
            file_ring(tmp_path / "ring", sandbox=False)

    def test_and_so_is_one_whose_anchors_were_taken_out(self, tmp_path: Path) -> None:
        file_ring(tmp_path / "ring").ensure({KeyPurpose.CREDENTIAL: CERTIFIED}, NOW)
        self.change_manifest(tmp_path, lambda value: value.update(sandbox=False, anchors=[]))

        with pytest.raises(WrongEnvironment, match="development authority"):
            file_ring(tmp_path / "ring", sandbox=False)

    def test_a_ring_that_turns_under_a_running_server_is_refused_and_the_old_one_stays(
        self, tmp_path: Path
    ) -> None:
        ring = file_ring(tmp_path / "ring")
        ring.ensure({KeyPurpose.CREDENTIAL: CERTIFIED}, NOW)
        before = ring.state
        self.change_manifest(tmp_path, lambda value: value.update(sandbox=False))

        with pytest.raises(WrongEnvironment):
            ring.refresh(NOW)
        assert ring.state is before

    @staticmethod
    def change_manifest(tmp_path: Path, change: Callable[[dict[str, object]], None]) -> None:
        path = tmp_path / "ring" / "manifest.json"
        value = json.loads(path.read_bytes())
        change(value)
        path.write_text(json.dumps(value))


def test_every_error_has_a_code_and_a_text_of_its_own() -> None:
    def subclasses(error: type[CustodyError]) -> list[type[CustodyError]]:
        return [error, *(below for one in error.__subclasses__() for below in subclasses(one))]

    errors = subclasses(CustodyError)

    assert len({one.code for one in errors}) == len({one.text for one in errors}) == len(errors)
    for one in errors:
        assert str(one("detail")) == f"{one.text} detail"
        assert str(one()) == one.text
        assert one("detail").detail == "detail"
