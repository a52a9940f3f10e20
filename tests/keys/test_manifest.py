"""The ring on disk: what is written is read, and anything else is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keys import KeyPurpose, KeyState
from keys.errors import ManifestInvalid, ManifestMissing, UnsafePermissions
from keys.key_ring import RingState
from keys.manifest import ANCHORS, MANIFEST, Manifest
from keys.manifest_format import create_manifest, parse_manifest
from specs.jose import Algorithm
from tests.keys.rings import ALL_WANTED, DAY, NOW, entry, file_ring, memory_ring, ring_of


@pytest.fixture(scope="module")
def full() -> RingState:
    """Every purpose, and keys in every state."""
    ring = memory_ring(dict(ALL_WANTED))
    for purpose in (KeyPurpose.CREDENTIAL, KeyPurpose.NONCE, KeyPurpose.ACCESS_TOKEN):
        ring.prepare_next(purpose, NOW)
        ring.rotate(purpose, NOW + DAY, lists_until=NOW + 9 * DAY)
        ring.prepare_next(purpose, NOW + DAY)
    return ring.state.with_entries(
        entry(KeyPurpose.ID_TOKEN, algorithm=Algorithm.PS256),
        entry(KeyPurpose.WEBHOOK, KeyState.DESTROYED, 7, Algorithm.EDDSA),
    )


def test_everything_comes_back(full: RingState) -> None:
    read = parse_manifest(create_manifest(full), path="x")

    assert read == full
    assert {one.state for one in read.entries} == set(KeyState)
    assert read.authority_key_id == full.authority_key_id is not None


def test_nothing_private_is_in_it(full: RingState) -> None:
    """7.07: the manifest of a ring is public knowledge."""
    for key in json.loads(create_manifest(full))["keys"]:
        if key["public_jwk"]:
            assert set(key["public_jwk"]) <= {"kty", "crv", "x", "y", "n", "e", "alg"}


def damaged(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(create_manifest(memory_ring().state))
    change(value)
    return json.dumps(value).encode()


def first(value: dict[str, Any], **members: Any) -> None:
    value["keys"][0].update(members)


DEFECTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another_format": lambda value: value.update(format=2),
    "without_format": lambda value: value.pop("format"),
    "unknown_member": lambda value: value.update(more=1),
    "unknown_member_of_a_key": lambda value: first(value, private_key="x"),
    "missing_member_of_a_key": lambda value: value["keys"][0].pop("state"),
    "sandbox_is_a_string": lambda value: value.update(sandbox="false"),
    "keys_is_an_object": lambda value: value.update(keys={}),
    "key_is_a_string": lambda value: value.update(keys=["x"]),
    "unknown_purpose": lambda value: first(value, purpose="signing"),
    "unknown_state": lambda value: first(value, state="suspended"),
    "version_zero": lambda value: first(value, version=0),
    "version_true": lambda value: first(value, version=True),
    "time_without_zone": lambda value: first(value, created_at="2026-11-22T09:30:00"),
    "time_is_a_number": lambda value: first(value, created_at=1),
    "id_of_another_key": lambda value: first(value, key_id=value["keys"][1]["key_id"]),
    "id_with_a_path": lambda value: value["keys"][1].update(key_id="../../outside"),
    "id_that_is_no_thumbprint": lambda value: value["keys"][1].update(key_id="A" * 43),
    "secret_named_like_another": lambda value: value["keys"][-1].update(key_id="wrapping-1"),
    "secret_with_the_name_of_another_version": lambda value: value["keys"][-1].update(version=2),
    "secret_with_a_public_key": lambda value: value["keys"][-1].update(
        public_jwk=value["keys"][0]["public_jwk"], key_id=value["keys"][0]["key_id"]
    ),
    "signing_key_without_a_public_key": lambda value: first(value, public_jwk=None),
    "private_member": lambda value: value["keys"][0]["public_jwk"].update(d="AA"),
    "chain_of_another_key": lambda value: value["keys"][1].update(x5c=value["keys"][0]["x5c"]),
    "chain_is_not_a_certificate": lambda value: first(value, x5c=["AAAA"]),
    "chain_is_a_string": lambda value: first(value, x5c="AAAA"),
    "key_listed_twice": lambda value: value["keys"].append(value["keys"][0]),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_manifest_we_did_not_write_is_refused_and_named(name: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"var/manifest\.json"):
        parse_manifest(damaged(DEFECTS[name]), path="var/manifest.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"format":1,"format":1}', b"\xff"])
def test_what_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(ManifestInvalid):
        parse_manifest(content, path="x")


@pytest.mark.parametrize("length", [1, 100, 1000])
def test_a_manifest_cut_short_is_refused(length: int) -> None:
    whole = create_manifest(memory_ring().state)

    with pytest.raises(ManifestInvalid):
        parse_manifest(whole[:-length], path="x")


class TestStore:
    """One file, replaced as a whole."""

    def test_an_empty_directory_holds_no_ring(self, tmp_path: Path) -> None:
        store = Manifest(tmp_path / "ring")

        assert store.read() is None
        assert not store.has_changed()
        assert not (tmp_path / "ring").exists()

    def test_a_change_by_somebody_else_is_seen_once(self, tmp_path: Path) -> None:
        ours, theirs = Manifest(tmp_path / "ring"), Manifest(tmp_path / "ring")
        state = ring_of(entry(KeyPurpose.NONCE))
        with ours.exclusive():
            ours.write(ring_of())
        assert not ours.has_changed()

        with theirs.exclusive():
            theirs.write(state)

        assert ours.has_changed()
        assert ours.read() == state
        assert not ours.has_changed()
        assert not theirs.has_changed()

    def test_a_manifest_that_disappears_is_an_error_and_not_an_empty_ring(self, tmp_path: Path) -> None:
        file_ring(tmp_path / "ring").ensure({KeyPurpose.NONCE: ALL_WANTED[KeyPurpose.NONCE]}, NOW)
        store = Manifest(tmp_path / "ring")
        store.read()
        (tmp_path / "ring" / MANIFEST).unlink()

        with pytest.raises(ManifestMissing):
            store.has_changed()
        with pytest.raises(ManifestMissing, match=r"Restore .*manifest\.json from the backup"):
            store.read()

    def test_a_manifest_open_to_others_is_refused_by_name(self, tmp_path: Path) -> None:
        ring = file_ring(tmp_path / "ring")
        ring.ensure({KeyPurpose.NONCE: ALL_WANTED[KeyPurpose.NONCE]}, NOW)
        (tmp_path / "ring" / MANIFEST).chmod(0o640)

        with pytest.raises(UnsafePermissions, match=r"manifest\.json has mode 0640"):
            Manifest(tmp_path / "ring").read()

    def test_the_anchors_are_readable_for_the_trust_of_others(self, tmp_path: Path) -> None:
        file_ring(tmp_path / "ring").ensure(dict(ALL_WANTED), NOW)
        path = tmp_path / "ring" / ANCHORS

        assert path.stat().st_mode & 0o777 == 0o644
        assert path.read_bytes().count(b"BEGIN CERTIFICATE") == 1
