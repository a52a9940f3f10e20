"""A key can be used and not read: not by attribute, representation, copy or serializer."""

import copy
import dataclasses
import json
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys import KeyPurpose, KeyRing
from keys.errors import CustodyError, PrivateKeyMismatch
from keys.providers.local import LocalSecret, generate_private_key, generate_secret, hold_key, hold_secret
from specs.jose import Algorithm
from tests.keys.rings import NOW, WANTED, file_ring, memory_ring

PRIVATE = (ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey, rsa.RSAPrivateKey)
DEPTH = 5


def everything_in(value: object, depth: int = DEPTH, seen: set[int] | None = None) -> Iterator[object]:
    """The value and whatever its attributes and items lead to.

    Not the closures of functions: whoever takes those apart does not do it by accident.
    """
    seen = set() if seen is None else seen
    if depth == 0 or id(value) in seen:
        return
    seen.add(id(value))
    yield value
    if isinstance(value, str | bytes | int | float | type(None) | type):
        return
    children: list[object] = []
    if isinstance(value, dict):
        children += value.values()
    elif isinstance(value, tuple | list | set | frozenset):
        children += value
    for name in dir(value):
        if name in ("__dict__", "__slots__") or not name.startswith("__"):
            children.append(getattr(value, name, None))
    for child in children:
        yield from everything_in(child, depth - 1, seen)


@pytest.fixture(params=["memory", "file"])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    if request.param == "memory":
        return memory_ring()
    made = file_ring(tmp_path / "ring")
    made.ensure(WANTED, NOW)
    return made


@pytest.fixture
def keys(ring: KeyRing) -> list[object]:
    return [
        ring.signer_for(KeyPurpose.CREDENTIAL, NOW),
        ring.agreement_for(KeyPurpose.REQUEST_DECRYPTION, NOW),
        ring.secret_for(KeyPurpose.WRAPPING),
    ]


def test_no_attribute_of_a_ring_leads_to_a_private_key(ring: KeyRing, keys: list[object]) -> None:
    found = [value for root in (ring, *keys) for value in everything_in(root)]

    assert len(found) > 100, "the walk went nowhere"
    assert not [value for value in found if isinstance(value, PRIVATE)]


def test_no_attribute_of_a_ring_leads_to_the_bytes_of_a_secret(tmp_path: Path) -> None:
    ring = file_ring(tmp_path / "ring")
    ring.ensure(WANTED, NOW)
    secret = (tmp_path / "ring" / "secret-wrapping-1.bin").read_bytes()

    assert not [one for one in everything_in(ring) if isinstance(one, bytes) and secret in one]


def test_the_walk_would_find_one() -> None:
    @dataclasses.dataclass
    class Careless:
        parts: dict[str, list[object]]

    key = generate_private_key(Algorithm.ES256)

    assert key in list(everything_in(Careless({"a": [key]})))


def test_keys_cannot_be_copied_or_serialized(keys: list[object]) -> None:
    for key in keys:
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="not copied or serialized"):
                attempt(key)
        with pytest.raises(TypeError):
            json.dumps(key)


def test_keys_cannot_be_changed(keys: list[object]) -> None:
    for key in keys:
        with pytest.raises(dataclasses.FrozenInstanceError):
            key.key_id = "other"  # type: ignore[attr-defined]
        with pytest.raises((AttributeError, TypeError)):
            key.private_key = "x"  # type: ignore[attr-defined]


def test_what_a_key_shows_is_its_id(keys: list[object], ring: KeyRing) -> None:
    signer = ring.signer_for(KeyPurpose.CREDENTIAL, NOW)

    assert repr(signer) == str(signer) == f"<LocalSigner {signer.key_id}>"
    assert [repr(one).partition(" ")[0] for one in keys] == [
        "<LocalSigner",
        "<LocalAgreement",
        "<LocalSecret",
    ]


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_held_key_shows_nothing_either(algorithm: Algorithm) -> None:
    private_key = generate_private_key(algorithm)
    held = hold_key(private_key, algorithm)

    assert not [one for one in everything_in(held) if isinstance(one, PRIVATE)]
    assert repr(held) == f"<HeldKey {held.key_id}>"


def misuse_mac(secret: LocalSecret) -> None:
    secret.mac("not bytes")  # type: ignore[arg-type]


def misuse_length(secret: LocalSecret) -> None:
    secret.derive("x", 0)


def misuse_context(secret: LocalSecret) -> None:
    secret.derive(None)


@pytest.mark.parametrize("misuse", [misuse_mac, misuse_length, misuse_context])
def test_a_traceback_with_local_variables_shows_no_secret(misuse: Callable[[LocalSecret], None]) -> None:
    """Error reporters print the variables of each frame, and those a function closes over."""
    value = generate_secret()
    secret = hold_secret(value, "nonce-1", 1)

    with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
        misuse(secret)

    summary = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    inside = [frame for frame in summary.stack if frame.filename.endswith("keys/providers/local.py")]
    shown = "".join(str(frame.locals) for frame in inside)
    assert "inner" in shown or "expand" in shown
    assert repr(value)[2:-1] not in shown


def test_not_even_the_closures_of_a_secret_hold_its_bytes() -> None:
    secret = hold_secret(generate_secret(), "nonce-1", 1)

    for operation in (secret.mac, secret.derive):
        cells = getattr(operation, "__closure__", None)
        assert cells
        assert not [cell for cell in cells if isinstance(cell.cell_contents, bytes)]


def test_the_error_about_a_damaged_key_file_quotes_nothing_of_it(tmp_path: Path) -> None:
    ring = file_ring(tmp_path / "ring")
    ring.ensure(WANTED, NOW)
    path = tmp_path / "ring" / f"key-{ring.signer_for(KeyPurpose.CREDENTIAL, NOW).key_id}.pem"
    private_key = generate_private_key(Algorithm.ES256)
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    lines = pem.decode().splitlines()
    path.write_bytes(pem.replace(b"PRIVATE", b"PRIVATA"))

    with pytest.raises(PrivateKeyMismatch) as caught:
        file_ring(tmp_path / "ring")

    text = "".join(traceback.format_exception(caught.value))
    assert isinstance(caught.value, CustodyError)
    assert not [line for line in lines[1:-1] if line in text]
