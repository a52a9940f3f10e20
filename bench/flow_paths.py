"""Credentials per second through the whole flow, beside credo-ts' issuer asked by the same client."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import httpx

from bench.figures import Figure, Goal, at_least, duration, rate
from bench.http_paths import CONNECTIONS, Crypto, Load, fill_register
from bench.interleave import Timing
from bench.issuance_flows import Holder, Target
from bench.load import Outcome, run_flows
from bench.server_process import ServerProcess, node_peer, on_client_core, served
from bench.surroundings import BASE, SUBJECT
from specs.oauth import PRE_AUTHORIZED_CODE_GRANT
from trillium.runtime.management import TOKEN_FILE

GROUP = "Whole issuance over HTTP, one core: token, nonce, credential"
BATCH = 10
TYPE = "photo-card"
_WARM_UP = 20
OURS = Target(f"{BASE}/issuer", "photo-card")
# The peer looks through all that it keeps for every request, so few offers are fair to it.
FEWER = 10


@dataclass
class Track:
    """One issuer under load, with offers made beforehand; copies at a time as asked."""

    server: ServerProcess
    target: Target
    codes: Iterator[str]
    holder: Holder
    copies: int = 1
    outcomes: list[Outcome] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def run(self, count: int, *, keep: bool = True) -> None:
        """Goes through that many flows."""
        flows = self.holder.flows(self.target, self.codes, count, copies=self.copies)
        outcome = run_flows(self.server.port, flows, CONNECTIONS, self.server.processor_seconds)
        if keep:
            self.outcomes.append(outcome)
            self.costs.append(outcome.processor_seconds / (count * self.copies))

    @property
    def cost(self) -> Timing:
        """Seconds of the server's processor for one credential."""
        return Timing(tuple(self.costs))

    @property
    def said(self) -> str:
        elapsed = Timing(tuple(1 / (one.per_second * self.copies) for one in self.outcomes))
        return f"{rate(1 / elapsed.median)}, {duration(self.cost.median)} of its core"


def figures(load: Load) -> Iterator[Figure]:
    """By processor time for each credential."""
    with TemporaryDirectory(prefix="trillium-bench-") as folder, ExitStack() as stack:
        tracks, crypto = _tracks(load, Path(folder), stack), Crypto()
        with on_client_core():
            for track in tracks.values():
                track.run(_count(_WARM_UP, track.copies), keep=False)
            for number in range(load.rounds):
                for name in tracks if number % 2 == 0 else reversed(tracks):
                    tracks[name].run(_count(load.requests // FEWER, tracks[name].copies))
                crypto.measure()
    for copies, name in ((1, "one copy"), (BATCH, f"batch of {BATCH}")):
        memory, sqlite, credo = (tracks[f"{kind} {copies}"] for kind in ("memory", "sqlite", "credo"))
        needed = crypto.whole_issuance(copies)
        label = f"bare crypto of it {duration(needed.median)}"
        yield _share(f"{name}, no database", memory, label, needed)
        yield _share(f"{name}, SQLite, durable", sqlite, label, needed)
        yield _share(f"{name}, no database", memory, f"credo-ts {credo.said}", credo.cost, at_least(5.0))
        yield _share(f"{name}, SQLite, durable", sqlite, f"credo-ts {credo.said}", credo.cost)


def _count(flows: int, copies: int) -> int:
    return max(4, 2 * flows // copies) if copies > 1 else flows


def _share(path: str, track: Track, against: str, other: Timing, goal: Goal | None = None) -> Figure:
    ours = track.cost
    return Figure(
        GROUP, path, track.said, against, ours.share_of(other), ours.best_share_of(other), goal=goal
    )


def _tracks(load: Load, var_dir: Path, stack: ExitStack) -> dict[str, Track]:
    asyncio.run(fill_register(var_dir))
    count = sum(_needed(load, copies) for copies in (1, BATCH))
    servers = {name: stack.enter_context(served(f"issuer-{name}", var_dir)) for name in ("memory", "sqlite")}
    peer = stack.enter_context(_credo(count, var_dir / "credo.log"))
    sides = {name: (server, OURS, _offers(server, var_dir, count)) for name, server in servers.items()}
    sides["credo"] = peer
    holder = Holder()
    return {
        f"{name} {copies}": Track(server, target, codes, holder, copies)
        for name, (server, target, codes) in sides.items()
        for copies in (1, BATCH)
    }


def _needed(load: Load, copies: int) -> int:
    return _count(_WARM_UP, copies) + load.rounds * _count(load.requests // FEWER, copies)


def _offers(server: ServerProcess, var_dir: Path, count: int) -> Iterator[str]:
    """Pre-authorized codes of our issuer, as its back office makes them."""
    base_url = f"http://127.0.0.1:{server.port}/issuer"
    token = (var_dir / TOKEN_FILE).read_text(encoding="ascii").strip()
    wanted = {"subject_ref": SUBJECT, "credential_configuration_ids": [TYPE], "by": "value"}
    with httpx.Client(
        base_url=base_url,
        headers={"Authorization": f"Bearer {token}", "Host": "localhost:8000"},
        trust_env=False,
    ) as office:
        links = [
            office.post("/management/offers", json=wanted).raise_for_status().json()["credential_offer_link"]
            for _ in range(count)
        ]
    offers = [json.loads(parse_qs(urlsplit(link).query)["credential_offer"][0]) for link in links]
    return iter([offer["grants"][PRE_AUTHORIZED_CODE_GRANT]["pre-authorized_code"] for offer in offers])


@contextmanager
def _credo(count: int, log: Path) -> Iterator[tuple[ServerProcess, Target, Iterator[str]]]:
    """credo-ts as issuer, with everything in memory (tests/interop/credo_issuer.mjs)."""
    with node_peer("credo_issuer.mjs", str(count), log=log) as (server, said):
        server.port = urlsplit(said["issuer"]).port or 80
        yield server, Target(said["issuer"], TYPE), iter(said["codes"])
