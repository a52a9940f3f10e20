"""Nothing about a person, no token and no private key is readable in files, logs or errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from specs.encoding import b64url_encode
from tests.simulators.issuer import MAYA
from tests.wallet_api.web.running import Running, running


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for member in value.values():
            yield from strings(member)
    elif isinstance(value, str):
        yield value


PLANTED = [text for text in strings(MAYA) if len(text) > 3]
SECRETS = ["the-code", "the-token", "493536", "Maya’s wallet"]


def spellings(text: str) -> list[bytes]:
    """As it is, and as it stands in a disclosure: base64url, at each of the three alignments."""
    plain = text.encode()
    encoded = [b64url_encode(bytes(pad) + plain)[4:-4].encode() for pad in (0, 1, 2)]
    return [plain, *(one for one in encoded if len(one) > 5)]


async def use_everything(server: Running) -> None:
    """A whole life: a card received twice, shown, refused, deleted; an offer that is left lying about."""
    server.world.issuer.tx_code = "493536"
    for _ in range(2):
        server.world.issuer.redeemed = False
        offer = await server.call("POST", "/offers", {"credential_offer": server.world.issuer.link()})
        path = f"/offers/{offer.json()['operation_id']}/accept"
        await server.call("POST", path, {"tx_code": "111111"})
        card = (await server.call("POST", path, {"tx_code": "493536"})).json()["credentials"][0]
    await server.call("GET", f"/credentials/{card['credential_id']}")
    opened = await server.open_request()
    await server.call("POST", f"/presentations/{opened['operation_id']}/consent", {})
    refused = await server.open_request()
    await server.call("POST", f"/presentations/{refused['operation_id']}/refuse", {})
    await server.open_request()
    await server.call("POST", "/offers", {"credential_offer": server.world.issuer.link()})
    await server.call("DELETE", f"/credentials/{card['credential_id']}")
    assert len(server.world.verifier.responses) == 2


def readable_in(data: bytes, texts: list[str]) -> list[str]:
    return [text for text in texts for one in spellings(text) if one in data]


async def test_nothing_is_readable_in_the_database_and_its_log(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        await use_everything(server)
        files = [path for path in tmp_path.glob("trillium.db*") if path.is_file()]
        assert {path.name for path in files} >= {"trillium.db"}
        open_data = b"".join(path.read_bytes() for path in files)
        token = server.token
    closed_data = (tmp_path / "trillium.db").read_bytes()

    for data in (open_data, closed_data):
        assert len(data) > 100_000  # a card with its copies is in there
        assert not readable_in(data, PLANTED + SECRETS + [token])
        assert b"dc+sd-jwt" not in data
        assert b64url_encode(b'{"alg":"ES256"').encode() not in data


async def test_nothing_is_readable_in_the_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as server:
        await use_everything(server)
        server.world.issuer.plan = type(server.world.issuer.plan)(())
        server.world.issuer.redeemed = False
        offer = await server.call("POST", "/offers", {"credential_offer": server.world.issuer.link()})
        path = f"/offers/{offer.json()['operation_id']}/accept"
        refused = await server.call("POST", path, {"tx_code": "493536"})
        token = server.token
    output = capsys.readouterr()
    logged = (output.out + output.err + caplog.text).encode()

    assert refused.json()["code"] == "credential_refused"
    assert b"credential_refused" in logged
    assert not readable_in(logged + refused.content, PLANTED + SECRETS + [token])


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    async with running(tmp_path):
        found = {path: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}

    # Authorities are for others to read; a lock holds nothing.
    private = {mode for path, mode in found.items() if path.suffix not in (".lock", ".pem")}
    assert private == {0o600}


async def test_accounts_open_again_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        card, token = await server.receive(), server.token
    async with running(tmp_path) as server:
        shown = await server.call("GET", f"/credentials/{card}", token=token)

    assert shown.json()["claims"] == MAYA
