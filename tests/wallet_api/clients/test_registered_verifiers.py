"""The file of verifiers known beforehand (5.08)."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import create_public_jwk
from tests.wallet_api.web.running import running
from wallet_api.clients.registered_verifiers import read_registered_verifiers
from wallet_api.errors import BadRegisteredVerifiers

JWK = create_public_jwk(ec.derive_private_key(9, ec.SECP256R1()).public_key(), kid="k1")
GOOD: dict[str, Any] = {
    "client_id": "service-ontario",
    "name": "ServiceOntario",
    "jwks": {"keys": [JWK]},
    "response_uris": ["https://verifier.example/responses/1"],
    "origins": ["https://verifier.example"],
}


def write(folder: Path, *verifiers: Any) -> Path:
    path = folder / "verifiers.json"
    path.write_text(json.dumps({"verifiers": list(verifiers)}))
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    found = read_registered_verifiers(write(tmp_path, GOOD, GOOD | {"client_id": "other", "name": None}))

    assert list(found) == ["service-ontario", "other"]
    client = found["service-ontario"]
    assert [key.kid for key in client.keys] == ["k1"]
    assert client.response_uris == {"https://verifier.example/responses/1"}
    assert client.origins == {"https://verifier.example"}
    assert (client.name, found["other"].name) == ("ServiceOntario", None)


@pytest.mark.parametrize(
    "verifiers",
    [
        pytest.param([GOOD, GOOD], id="twice"),
        pytest.param([GOOD | {"client_id": "x509_hash:abc"}], id="prefix"),
        pytest.param([GOOD | {"client_id": "origin:https://a.example"}], id="origin"),
        pytest.param([GOOD | {"client_id": ""}], id="no-name"),
        pytest.param([GOOD | {"jwks": {"keys": []}}], id="no-keys"),
        pytest.param([GOOD | {"jwks": {}}], id="no-set"),
        pytest.param([GOOD | {"jwks": {"keys": [JWK | {"d": "AAAA"}]}}], id="private-key"),
        pytest.param([GOOD | {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}], id="symmetric-key"),
        pytest.param([GOOD | {"jwks": {"keys": [JWK, JWK]}}], id="same-kid"),
        pytest.param([GOOD | {"response_uris": "https://a.example"}], id="uris-as-text"),
        pytest.param([GOOD | {"trusted": True}], id="unknown-member"),
        pytest.param(["service-ontario"], id="text"),
    ],
)
def test_a_bad_file_is_refused_whole(tmp_path: Path, verifiers: list[Any]) -> None:
    with pytest.raises(BadRegisteredVerifiers):
        read_registered_verifiers(write(tmp_path, *verifiers))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for content in (None, b"", b"[]", b"\xff", b"{}"):
        path = tmp_path / "none.json"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(BadRegisteredVerifiers):
            read_registered_verifiers(path)


async def test_the_server_does_not_start_with_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(BadRegisteredVerifiers):
        async with running(tmp_path, registered_verifiers=write(tmp_path, GOOD, GOOD)):
            raise AssertionError("it runs")


async def test_the_server_starts_with_a_good_file(tmp_path: Path) -> None:
    async with running(tmp_path, registered_verifiers=write(tmp_path, GOOD)) as server:
        assert (await server.call("GET", "/account")).status_code == 200
