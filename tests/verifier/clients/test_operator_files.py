"""The trust file: what it means, and that a bad one trusts nobody."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.verifier.issuing import ISSUER, PHOTO_CARD, PROOF_OF_AGE, SimulatedIssuer, authority
from verifier.clients.operator_files import MAX_TRUST_BYTES, read_trust, vct_of
from verifier.domain.known_types import known_types
from verifier.domain.trust import Trust
from verifier.errors import BadTrust


def entry(**changed: Any) -> dict[str, Any]:
    members: dict[str, Any] = {
        "issuer": ISSUER,
        "mechanism": "x5c",
        "anchors": "anchors.pem",
        "types": ["photo-card", "proof-of-age"],
        "vct_base": f"{ISSUER}/types",
    }
    return {name: value for name, value in (members | changed).items() if value is not None}


def write(folder: Path, content: object) -> Path:
    pem = authority("issuer").certificate.public_bytes(Encoding.PEM)
    (folder / "anchors.pem").write_bytes(pem)
    (folder / "empty.pem").write_bytes(b"")
    (folder / "key.pem").write_bytes(b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n")
    path = folder / "trust.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_trust_file_names_issuers_their_anchors_and_their_types(tmp_path: Path) -> None:
    trust = read_trust(write(tmp_path, {"issuers": [entry()], "verifiers": [{"anchors": "anchors.pem"}]}))
    assert trust == Trust((SimulatedIssuer().trusted(PHOTO_CARD, PROOF_OF_AGE),))


def test_an_empty_list_trusts_nobody(tmp_path: Path) -> None:
    assert read_trust(write(tmp_path, {"issuers": []})) == Trust(())


def test_types_have_versions() -> None:
    assert vct_of("https://h/types", "photo-card") == "https://h/types/photo-card/1"
    assert vct_of("https://h/types", "photo-card/3") == "https://h/types/photo-card/3"


def test_types_that_are_no_addresses_have_a_short_name_too() -> None:
    trust = Trust((SimulatedIssuer().trusted("urn:eudi:pid:1", PHOTO_CARD),))
    assert known_types(trust).vcts == {"urn:eudi:pid:1": ["urn:eudi:pid:1"], "photo-card": [PHOTO_CARD]}
    assert known_types(Trust(())).vcts == {}


BAD_FILES: dict[str, object] = {
    "empty": b"",
    "array": b"[]",
    "repeated-member": b'{"issuers": [], "issuers": []}',
    "too-large": b" " * (MAX_TRUST_BYTES + 1),
    "no-issuers": {},
    "unknown-mechanism": {"issuers": [entry(mechanism="web")]},
    "steering-mechanism": {"issuers": [entry(mechanism="x5c web")]},
    "no-mechanism": {"issuers": [entry(mechanism=None)]},
    "no-vct-base": {"issuers": [entry(vct_base=None)]},
    "no-anchors": {"issuers": [entry(anchors=None)]},
    "missing-anchors": {"issuers": [entry(anchors="nowhere.pem")]},
    "empty-anchors": {"issuers": [entry(anchors="empty.pem")]},
    "anchors-not-certificates": {"issuers": [entry(anchors="key.pem")]},
    "types-a-text": {"issuers": [entry(types="photo-card")]},
    "unknown-member": {"issuers": [entry(trusted=True)]},
}


@pytest.mark.parametrize("defect", BAD_FILES)
def test_a_bad_trust_file_is_refused(defect: str, tmp_path: Path) -> None:
    with pytest.raises(BadTrust):
        read_trust(write(tmp_path, BAD_FILES[defect]))


def test_a_missing_trust_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTrust):
        read_trust(tmp_path / "trust.json")
