"""`python -m bench.long_run VAR_DIR MOST SECONDS`: one verifier, presentation after presentation.

The verifier with its whole stack over SQLite, a relying service that starts and fetches, wallets with more
copies than any of our caches holds, all in one process. Prints one line of JSON: how many presentations were
accepted, and the resident memory at equal distances.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from starlette.types import ASGIApp, Message

import verifier.app
from bench.answers import answers
from bench.presentations import PRESET, assembled, verifier_without_database, write_preset
from bench.wallet import Wallets
from issuer.app import Issuer
from issuer.domain.records import ListId
from specs.openid4vp import parse_request_object
from specs.sd_jwt import HeldSdJwt
from specs.token_status_list import MEDIA_TYPE
from trillium.runtime.bodies import FORM
from trillium.runtime.database import create_schema, open_database
from trillium.runtime.http_client import OutgoingClient, Reply
from trillium.runtime.logs import configure_logging
from verifier.app import open_store
from verifier.clients.status_lists import HttpStatusLists
from verifier.domain.event import Actor
from verifier.domain.relying_service import RelyingService
from verifier.store import tables

COPIES = 1200
"""More than headers, chains and keys that are remembered anywhere. All are shown once before time counts."""
AT_ONCE = 16
SAMPLES = 40
_OK = 200

Card: TypeAlias = tuple[HeldSdJwt, ec.EllipticCurvePrivateKey]


class _ListsOfIssuer(OutgoingClient):
    """The issuer's lists without a network."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
    ) -> Reply:
        served = await self._issuer.lists.get(ListId(url.rpartition("/")[2]))
        return Reply(url, _OK, {"content-type": MEDIA_TYPE, "etag": '"1"'}, served.token)


@dataclass(frozen=True, slots=True)
class Extent:
    """How many presentations at the most, and for how long."""

    presentations: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Everything that takes part."""

    built: verifier.app.Verifier
    app: ASGIApp
    service: RelyingService
    cards: Iterator[Card]

    async def present(self) -> None:
        """One presentation, from its start to its result; anything but acceptance is no measurement."""
        started = await self.built.start(self.service, PRESET)
        signed = await self.built.serve(started.presentation.request_id, wallet_nonce=None)
        request = json.loads(parse_request_object(signed.encode()).payload)
        held, key = next(self.cards)
        [posted] = answers([request], held, key)
        path = urlsplit(request["response_uri"]).path.removeprefix("/verifier")
        status = await _post(self.app, path, posted.partition(b"\r\n\r\n")[2])
        result = await self.built.results.fetch(self.service, started.transaction_id)
        if status != _OK or result["outcome"] != "accepted":
            raise RuntimeError(f"not accepted: {status}, {result['verdict']}")


async def _post(app: ASGIApp, path: str, body: bytes) -> int:
    """A request through the whole application; its status."""
    headers = [(b"content-type", FORM.encode()), (b"content-length", str(len(body)).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


@asynccontextmanager
async def _no_background(_app: FastAPI) -> AsyncIterator[None]:
    yield


async def run(var_dir: Path, wallets: Wallets, cards: Sequence[Card], extent: Extent) -> dict[str, Any]:
    """Presents until there are enough, or the time is over."""
    database = open_database(f"sqlite:///{var_dir}/verifier.db")
    await create_schema(database, tables.metadata)
    without = verifier_without_database(var_dir)
    outside = replace(
        without.outside,
        store=open_store(database),
        statuses=HttpStatusLists(_ListsOfIssuer(wallets.issuer)),
    )
    built = verifier.app.build_verifier(without.settings, without.ring, outside, without.trust)
    names = {"en-CA": "Bench", "fr-CA": "Bench"}
    registered = await built.clients.register(names, [PRESET], actor=Actor("management"))
    app = assembled(built, var_dir, _no_background)
    try:
        return await _measure(_Run(built, app, registered.service, itertools.cycle(cards)), extent)
    finally:
        await database.close()


async def _measure(taking_part: _Run, extent: Extent) -> dict[str, Any]:
    most, seconds = extent.presentations, extent.seconds
    done, due = 0, 0.0
    while done < min(COPIES, most // 2):
        await asyncio.gather(*(taking_part.present() for _ in range(AT_ONCE)))
        done += AT_ONCE
    begin = time.monotonic()
    samples: list[tuple[int, int]] = []
    while done < most and time.monotonic() - begin < seconds:
        await asyncio.gather(*(taking_part.present() for _ in range(AT_ONCE)))
        done += AT_ONCE
        progress = max(done / most, (time.monotonic() - begin) / seconds)
        if progress >= due:
            samples.append((done, resident_bytes()))
            due += 1 / SAMPLES
    return {"presentations": done, "seconds": time.monotonic() - begin, "samples": samples}


def resident_bytes() -> int:
    """Memory in use by this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def main(folder: str, most: str, seconds: str) -> None:
    """Prints what was measured."""
    configure_logging("json")
    var_dir = Path(folder)
    wallets = Wallets(var_dir)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(COPIES)]
    cards = [(wallets.credential(key), key) for key in keys]
    write_preset(var_dir)
    print(json.dumps(asyncio.run(run(var_dir, wallets, cards, Extent(int(most), float(seconds))))))


if __name__ == "__main__":
    main(*sys.argv[1:])
