"""What an operator writes, and the keys that readers are given."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from specs.jose import create_public_jwk
from tests.trillium.trust_list.material import DAY, anchors, operator_key, public
from tests.verifier.issuing import ISSUER, NOW, PHOTO_CARD, authority
from trillium.runtime.trust_list import (
    Mechanism,
    Period,
    Standing,
    example_draft,
    parse_operator_keys,
    read_draft,
    read_operator_keys,
    vct_of,
)
from trillium.runtime.trust_list.errors import BadDraft, BadTrustListKeys, TrustListError

PEM = authority("issuer").certificate.public_bytes(Encoding.PEM).decode()
BASE = f"{ISSUER}/types"


def entry(**changed: Any) -> dict[str, Any]:
    made = {
        "issuer": ISSUER,
        "names": {"en-CA": "Ministry", "fr-CA": "Ministère"},
        "mechanism": "x5c",
        "anchors": "issuer.pem",
        "vct_base": BASE,
        "types": ["photo-card"],
    } | changed
    return {name: value for name, value in made.items() if value is not None}


def draft(folder: Path, **changed: Any) -> Path:
    (folder / "issuer.pem").write_text(PEM)
    made = {"id": "urn:test:list", "valid_days": 30, "issuers": [entry()], "verifiers": []} | changed
    made = {name: value for name, value in made.items() if value is not None}
    file = folder / "trust-list.json"
    file.write_text(json.dumps(made))
    return file


def test_a_draft_becomes_a_list(tmp_path: Path) -> None:
    verifiers = [{"names": {}, "anchors": PEM, "valid_until": "2030-01-01"}]
    made = read_draft(draft(tmp_path, verifiers=verifiers), version=4, now=NOW.replace(microsecond=7))
    assert (made.id, made.version, made.issued_at, made.next_update) == (
        "urn:test:list",
        4,
        NOW,
        NOW + 30 * DAY,
    )
    [one] = made.issuers
    assert (one.issuer, one.mechanism, one.standing) == (ISSUER, Mechanism.X5C, Standing.GRANTED)
    assert one.anchors == anchors()
    assert [listed.vct for listed in one.types] == [PHOTO_CARD]
    [named] = made.verifiers
    assert named.period == Period(valid_until=datetime(2030, 1, 1, tzinfo=UTC))


def test_anchors_as_text_may_have_lines_that_name_them(tmp_path: Path) -> None:
    made = read_draft(draft(tmp_path, issuers=[entry(anchors=f"# Ministry\n{PEM}")]), version=1, now=NOW)
    assert made.issuers[0].anchors == anchors()


def test_names_of_types() -> None:
    assert vct_of(BASE, "photo-card") == vct_of(f"{BASE}/", "photo-card/1") == PHOTO_CARD
    assert vct_of(BASE, "photo-card/2") == f"{BASE}/photo-card/2"
    assert vct_of("", "urn:eudi:pid:1") == "urn:eudi:pid:1"
    assert vct_of(BASE, "https://other.example/card") == "https://other.example/card"
    with pytest.raises(BadDraft):
        vct_of("", "photo-card")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-01-01", datetime(2030, 1, 1, tzinfo=UTC)),
        ("2030-01-01T00:00:00-05:00", datetime(2030, 1, 1, 5, tzinfo=UTC)),
        ("2030-01-01T12:30:00Z", datetime(2030, 1, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_days_and_moments(tmp_path: Path, text: str, moment: datetime) -> None:
    types = [{"type": "photo-card", "valid_from": text}]
    made = read_draft(draft(tmp_path, issuers=[entry(types=types)]), version=1, now=NOW)
    assert made.issuers[0].types[0].period.valid_from == moment


def test_withdrawn_and_published_keys(tmp_path: Path) -> None:
    web = entry(issuer="https://web.example", mechanism="metadata", anchors=None, status="withdrawn")
    made = read_draft(draft(tmp_path, issuers=[entry(), web]), version=1, now=NOW)
    assert made.issuers[1].mechanism is Mechanism.METADATA
    assert made.issuers[1].standing is Standing.WITHDRAWN
    assert not made.issuers[1].anchors.certificates


BAD: dict[str, Mapping[str, Any]] = {
    "no-id": {"id": None},
    "no-lifetime": {"valid_days": None},
    "for-ever": {"valid_days": 4000},
    "for-no-time": {"valid_days": 0},
    "a-member-more": {"sandbox": True},
    "issuer-with-a-member-more": {"issuers": [entry(trusted=True)]},
    "no-mechanism": {"issuers": [entry(mechanism=None)]},
    "unknown-mechanism": {"issuers": [entry(mechanism="did")]},
    "no-types": {"issuers": [entry(types=[])]},
    "a-type-that-is-a-number": {"issuers": [entry(types=[1])]},
    "short-name-without-base": {"issuers": [entry(vct_base=None)]},
    "no-anchors": {"issuers": [entry(anchors=None)]},
    "anchors-that-are-not-there": {"issuers": [entry(anchors="nothing.pem")]},
    "anchors-that-are-none": {"issuers": [entry(anchors="trust-list.json")]},
    "issuer-twice": {"issuers": [entry(), entry()]},
    "type-twice": {"issuers": [entry(types=["photo-card", "photo-card/1"])]},
    "not-a-date": {"issuers": [entry(types=[{"type": "photo-card", "valid_until": "soon"}])]},
    "before-all-time": {
        "issuers": [entry(types=[{"type": "photo-card", "valid_from": "0001-01-01T00:00+14:00"}])]
    },
    "no-time-zone": {"issuers": [entry(types=[{"type": "photo-card", "valid_until": "2030-01-01T00:00"}])]},
    "backwards": {
        "issuers": [entry(types=[{"type": "x", "valid_from": "2030-01-02", "valid_until": "2030-01-01"}])]
    },
    "verifiers-without-anchors": {"verifiers": [{"names": {}}]},
}


@pytest.mark.parametrize("defect", BAD)
def test_a_bad_draft_is_not_signed(tmp_path: Path, defect: str) -> None:
    with pytest.raises(TrustListError):
        read_draft(draft(tmp_path, **BAD[defect]), version=1, now=NOW)


def test_a_draft_that_is_not_there_or_no_json(tmp_path: Path) -> None:
    with pytest.raises(BadDraft, match="FileNotFoundError"):
        read_draft(tmp_path / "nothing.json", version=1, now=NOW)
    (tmp_path / "twice.json").write_text('{"id": "a", "id": "b"}')
    with pytest.raises(BadDraft, match=r"twice\.json"):
        read_draft(tmp_path / "twice.json", version=1, now=NOW)


def test_what_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(BadDraft, match=r"issuers\.0\.mechanism"):
        read_draft(draft(tmp_path, issuers=[entry(mechanism="did")]), version=1, now=NOW)


def test_the_example_is_a_good_draft(tmp_path: Path) -> None:
    for name in ("issuer.pem", "verifiers.pem"):
        (tmp_path / name).write_text(PEM)
    (tmp_path / "d.json").write_text(json.dumps(example_draft()))
    assert read_draft(tmp_path / "d.json", version=1, now=NOW).issuers


def pem_of(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_keys_of_the_operator_as_set_or_pem(tmp_path: Path) -> None:
    members = create_public_jwk(operator_key("operator").public_key(), kid="1")
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [members]}))
    assert read_operator_keys(tmp_path / "keys.json") == (public(),)
    both = b"# ours\n" + pem_of(operator_key("operator")) + pem_of(operator_key("next"))
    assert parse_operator_keys(both) == (public(), public("next"))


PRIVATE = operator_key("operator").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"keys": []}',
        b'{"keys": [{"kty": "oct", "k": "AAAA"}]}',
        json.dumps(
            {"keys": [{**create_public_jwk(operator_key("operator").public_key()), "d": "AAAA"}]}
        ).encode(),
        PRIVATE,
        pem_of(operator_key("operator")) + PRIVATE,
        pem_of(ec.generate_private_key(ec.SECP384R1())),
        pem_of(ed25519.Ed25519PrivateKey.generate()),
        pem_of(rsa.generate_private_key(65537, 2048)),
        pem_of(operator_key("operator")) * 9,
        PEM.encode(),
    ],
    ids=[
        "empty",
        "half-a-set",
        "no-key",
        "a-shared-secret",
        "a-private-jwk",
        "a-private-key",
        "a-private-key-behind",
        "p-384",
        "ed25519",
        "rsa",
        "too-many",
        "a-certificate",
    ],
)
def test_keys_that_are_not_taken(content: bytes) -> None:
    with pytest.raises(BadTrustListKeys):
        parse_operator_keys(content)


def test_a_file_of_keys_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadTrustListKeys, match=r"keys\.json: FileNotFoundError"):
        read_operator_keys(tmp_path / "keys.json")
