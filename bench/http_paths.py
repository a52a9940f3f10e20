"""Whole requests over HTTP: credentials with and without a database. (Presentations: presentation_paths.)

The server has one core, the client the other. Every request is made beforehand, with a nonce and keys of its
own, so that the client only writes and reads.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import limit
from bench.figures import Figure, Goal, at_least, at_most, duration, rate
from bench.interleave import Case, Effort, Timing, measure
from bench.load import Outcome, run_load
from bench.server_process import ServerProcess, on_client_core, served
from bench.surroundings import RESIDENT, SUBJECT, issuer_settings
from bench.wallet import Wallets
from issuer.app import opened_issuer
from issuer.domain.resident import NewResident

GROUP = "HTTP, one core"
CONNECTIONS = 32
BATCH = 10
_WARM_UP = 40
_CRYPTO_SLICE = Effort(rounds=1, slice_seconds=0.05)


@dataclass(frozen=True, slots=True)
class Load:
    """How much: rounds, and requests of each kind in each round."""

    rounds: int
    requests: int


@dataclass
class Track:
    """One kind of request at one server, round by round. `items`: what one request brings."""

    server: ServerProcess
    requests: Callable[[int], Sequence[bytes]]
    items: int = 1
    outcomes: list[Outcome] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def run(self, count: int, *, keep: bool = True) -> None:
        """Makes the requests, then sends them."""
        requests = self.requests(count)
        outcome = run_load(self.server.port, requests, CONNECTIONS, self.server.processor_seconds)
        if keep:
            self.outcomes.append(outcome)
            self.costs.append(outcome.processor_seconds / (count * self.items))

    @property
    def cost(self) -> Timing:
        """Seconds of the server's processor for one item."""
        return Timing(tuple(self.costs))

    @property
    def elapsed(self) -> Timing:
        """Seconds on the wall for one item."""
        return Timing(tuple(1 / (one.per_second * self.items) for one in self.outcomes))

    @property
    def rate(self) -> str:
        """With what one costs the server's processor."""
        return f"{rate(1 / self.elapsed.median)}, {duration(self.cost.median)} of its core"


def figures(load: Load) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="trillium-bench-") as folder, ExitStack() as stack:
        tracks, crypto = _tracks(load, Path(folder), stack), Crypto()
        with on_client_core():
            _measure(load, tracks, crypto)
    yield from _credential_figures(tracks, crypto)


def _measure(load: Load, tracks: dict[str, Track], crypto: "Crypto") -> None:
    for track in tracks.values():
        track.run(max(4, _WARM_UP // track.items), keep=False)
    for number in range(load.rounds):
        for name in tracks if number % 2 == 0 else reversed(tracks):
            tracks[name].run(max(2, load.requests // tracks[name].items))
        crypto.measure()


def _tracks(load: Load, var_dir: Path, stack: ExitStack) -> dict[str, Track]:
    """Servers are started with the keys that the wallets' side has made."""
    asyncio.run(fill_register(var_dir))
    wallets = Wallets(var_dir)
    bare, memory, sqlite = (
        stack.enter_context(served(f"issuer-{kind}", var_dir)) for kind in ("bare", "memory", "sqlite")
    )
    for server in (bare, memory, sqlite):
        assert server.port
    return {
        "bare": Track(bare, wallets.requests),
        "memory": Track(memory, wallets.requests),
        "sqlite": Track(sqlite, wallets.requests),
        "batch": Track(memory, lambda count: wallets.requests(count, proofs=BATCH), BATCH),
    }


async def fill_register(var_dir: Path) -> None:
    """One resident, in the register that servers over a database ask."""
    async with opened_issuer(issuer_settings(var_dir)) as issuer:
        await issuer.outside.register.put([NewResident(RESIDENT, SUBJECT)])


def _credential_figures(tracks: Mapping[str, Track], crypto: "Crypto") -> Iterator[Figure]:
    bare, memory, sqlite, batch = (tracks[name] for name in ("bare", "memory", "sqlite", "batch"))
    path = "credential, no database"
    yield _cost(path, memory, f"the same calls as bare ASGI {bare.rate}", bare.cost, at_least(0.75))
    needed = f"bare verify + key + sign {duration(crypto.issuing.median)}"
    yield _cost(path, memory, needed, crypto.issuing, at_least(0.28))
    yield _waiting(memory)
    yield _cost(f"credential in batches of {BATCH}", batch, f"one by one {memory.rate}", memory.cost, None)
    path, without = "credential, SQLite, durable", f"without database {memory.rate}"
    yield _cost(f"{path}: of its core", sqlite, without, memory.cost, None)
    # What waits for a disk is not told by the processor.
    yield _compared(f"{path}: on the wall", sqlite, without, (sqlite.elapsed, memory.elapsed), at_least(0.45))


def _cost(path: str, track: Track, against: str, other: Timing, goal: Goal | None) -> Figure:
    """By processor time: the server is alone on its core only where nothing else runs."""
    return _compared(path, track, against, (track.cost, other), goal)


def _compared(
    path: str, track: Track, against: str, sides: tuple[Timing, Timing], goal: Goal | None
) -> Figure:
    ours, theirs = sides
    return Figure(
        GROUP, path, track.rate, against, ours.share_of(theirs), ours.best_share_of(theirs), goal=goal
    )


def _waiting(track: Track) -> Figure:
    waits = Timing(tuple(one.percentile(0.99) for one in track.outcomes))
    return Figure(
        GROUP,
        "credential, no database: slowest 1 %",
        duration(waits.median),
        f"{CONNECTIONS} connections that never pause",
        waits.median,
        waits.best,
        unit="s",
        goal=at_most(0.020),
    )


class Crypto:
    """What a request must compute in any case, measured between the rounds."""

    def __init__(self) -> None:
        data = bytes(1400)
        self._cases = [
            Case("sign", limit.bare_sign(data)),
            Case("verify", limit.bare_verify(data)),
            Case("verify with key", limit.bare_verify_with_new_key(data)),
            Case("decrypt", limit.bare_decrypt(bytes(3000), 32)),
        ]
        self._rounds: list[Mapping[str, Timing]] = []

    def measure(self) -> None:
        self._rounds.append(measure(self._cases, _CRYPTO_SLICE))

    @property
    def issuing(self) -> Timing:
        """A key proof and a credential; the access token comes on top and is not counted."""
        return self._sum("verify with key", "sign")

    def whole_issuance(self, copies: int) -> Timing:
        """Of one credential: its proof, its signature, and its share of an access token made and read."""
        token, issuing = self._sum("sign", "verify"), self.issuing
        return Timing(
            tuple(one + shared / copies for one, shared in zip(issuing.rounds, token.rounds, strict=True))
        )

    @property
    def verifying(self) -> Timing:
        """The issuer's signature and the holder's, and that of the receipt."""
        return self._sum("verify", "verify with key", "sign")

    @property
    def verifying_encrypted(self) -> Timing:
        """The same, an answer to be decrypted before, and a receipt to be signed."""
        return self._sum("verify", "verify with key", "decrypt", "sign")

    def _sum(self, *names: str) -> Timing:
        return Timing(tuple(sum(found[name].median for name in names) for found in self._rounds))
