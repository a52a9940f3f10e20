"""Requirement 8.07: a proof of age is small enough for a QR code that phones read, with its key named by kid.

Packed as in the measurements behind the requirement: base64url parts decoded to octets with two-octet
lengths, raw DEFLATE, Base45. Version 22 at level L holds 1460 such characters.
"""

import json
import shutil
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from jwcrypto.jwk import JWK
from sd_jwt.holder import SDJWTHolder

from specs.encoding import b64url_decode
from tests.issuer.domain.type_folders import SHIPPED
from tests.issuer.wallet import private_members
from tests.issuer.web.running_issuer import RunningIssuer, running_issuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERSION_22_L = 1460
ROOM = 30
"""Twenty octets: for an index of seven digits, and a host with a longer name than the one here."""
COPIES = 10
"""Random octets deflate to a few more or fewer from copy to copy."""
AUDIENCE = "urn:trillium:offline:1"
NONCE = "VGhpcyBpcyAxMjggYml0cw"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    """The type as it is shipped, but for what the offline profile will change."""
    folder = tmp_path_factory.mktemp("issuer")
    shutil.copytree(SHIPPED, folder / "types")
    file = folder / "types" / "proof-of-age" / "type.json"
    members = json.loads(file.read_bytes()) | {"offline": True, "issuer_key": "kid", "haip": False}
    file.write_text(json.dumps(members))
    async with running_issuer(folder, credential_types_dir=Path(folder / "types")) as running:
        await running.import_residents()
        yield running


def present(credential: str, *ages: str) -> str:
    """By the reference implementation, with a key binding of the usual size."""
    holder = SDJWTHolder(credential)
    disclosed = {"age_equal_or_over": dict.fromkeys(ages, True)}
    holder.create_presentation(disclosed, NONCE, AUDIENCE, JWK(**private_members(0)))
    return str(holder.sd_jwt_presentation)


def packed_size(presentation: str) -> int:
    """Characters of Base45."""
    octets = b""
    for part in presentation.split("~"):
        for piece in part.split("."):
            data = b64url_decode(piece)
            octets += len(data).to_bytes(2, "big") + data
    deflated = zlib.compressobj(9, wbits=-15)
    size = len(deflated.compress(octets) + deflated.flush())
    return 3 * (size // 2) + 2 * (size % 2)


async def test_8_07_one_answer_fits_into_version_22(issuer: RunningIssuer) -> None:
    copies = [present(one, "19") for one in await issuer.issue(COPIES, "proof-of-age")]
    sizes = sorted(map(packed_size, copies))
    presentation = copies[0]
    print(f"\none answer: {len(presentation)} characters compact, {sizes[0]} to {sizes[-1]} packed")
    assert sizes[-1] + ROOM <= VERSION_22_L
    assert "vct#integrity" not in b64url_decode(presentation.split(".")[1]).decode()


async def test_8_07_with_a_certificate_chain_it_would_not(
    issuer: RunningIssuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Why the type as it is shipped is for readers with a network, and says that it is not offline."""
    async with running_issuer(tmp_path_factory.mktemp("shipped")) as shipped:
        await shipped.import_residents()
        [credential] = await shipped.issue(1, "proof-of-age")
    size = packed_size(present(credential, "19"))
    print(f"\nwith x5c: {size} packed")
    assert size > VERSION_22_L
