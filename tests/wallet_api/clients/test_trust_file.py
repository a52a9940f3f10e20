"""Whom to trust, from the operator's file; a mistake in it trusts nobody."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.simulators.issuer import ISSUER, VCT, authority
from tests.simulators.wallet import NOW
from wallet_api.clients.trust_file import read_trust
from wallet_api.domain.trust import Trust
from wallet_api.errors import BadTrust

ROOT, OTHER = authority(NOW), authority(NOW)


def pem(*roots: Any) -> bytes:
    return b"".join(root.certificate.public_bytes(Encoding.PEM) for root in roots)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "issuer.pem").write_bytes(pem(ROOT))
    (tmp_path / "verifiers.pem").write_bytes(pem(ROOT, OTHER))
    (tmp_path / "empty.pem").write_bytes(b"")
    return tmp_path


def entry(**changes: Any) -> dict[str, Any]:
    good = {
        "issuer": ISSUER,
        "mechanism": "x5c",
        "anchors": "issuer.pem",
        "types": ["photo-card", "licence/2"],
        "vct_base": f"{ISSUER}/types",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def read(folder: Path, value: Any) -> Trust:
    path = folder / "trust.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return read_trust(path)


def test_the_file_of_the_verifier_says_it_for_the_wallet_too(folder: Path) -> None:
    trust = read(folder, {"issuers": [entry()], "verifiers": [{"anchors": "verifiers.pem"}]})

    [issuer] = trust.issuers
    assert trust.issuer(ISSUER) is issuer
    assert trust.issuer(f"{ISSUER}/") is None
    assert issuer.vcts == {VCT, f"{ISSUER}/types/licence/2"}
    assert issuer.may_issue(VCT)
    assert not issuer.may_issue(f"{ISSUER}/types/licence/1")
    assert issuer.anchors.certificates == (ROOT.certificate,)
    assert trust.verifier_anchors.certificates == (ROOT.certificate, OTHER.certificate)
    assert len(list(trust.certificates())) == 3


def test_anchors_may_stand_in_the_file_itself(folder: Path) -> None:
    trust = read(folder, {"verifiers": [{"anchors": pem(OTHER).decode()}]})

    assert trust.verifier_anchors.certificates == (OTHER.certificate,)
    assert trust.issuers == ()


def test_without_verifiers_none_is_trusted(folder: Path) -> None:
    assert read(folder, {"issuers": [entry()]}).verifier_anchors.certificates == ()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "[]",
        '{"issuers": [], "issuers": []}',
        {"issuer": []},
        {"issuers": [entry(mechanism="did")]},
        {"issuers": [entry(anchors="missing.pem")]},
        {"issuers": [entry(anchors="empty.pem")]},
        {"issuers": [entry(anchors="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]},
        {"issuers": [entry(types=[])]},
        {"issuers": [entry(vct_base=None)]},
        {"issuers": [entry(more=1)]},
        {"issuers": [entry(), entry()]},
        {"verifiers": [{}]},
    ],
    ids=str,
)
def test_a_mistake_trusts_nobody(folder: Path, value: Any) -> None:
    with pytest.raises(BadTrust):
        read(folder, value)


def test_a_missing_file_trusts_nobody(folder: Path) -> None:
    with pytest.raises(BadTrust):
        read_trust(folder / "nothing.json")
