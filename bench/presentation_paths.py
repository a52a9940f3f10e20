"""Presentations per second over HTTP, beside credo-ts as verifier, answered by the same client.

The requests are made and fetched beforehand; measured is what an answer costs its verifier: decrypting,
verifying, deciding, keeping the result. Ours also looks into the status list, which it has at hand.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from bench.answers import answers
from bench.figures import Figure, Goal, at_least, duration
from bench.http_paths import Crypto, Load, Track, fill_register
from bench.interleave import Timing
from bench.presentations import started_requests, write_preset
from bench.server_process import ServerProcess, node_peer, on_client_core, served
from bench.surroundings import BASE
from bench.wallet import Wallets
from specs.openid4vp import ResponseMode
from specs.sd_jwt import HeldSdJwt

GROUP = "Presentations over HTTP, one core: three claims of a photo card"
VCT = f"{BASE}/issuer/types/photo-card/1"
_WARM_UP = 40
# The peer looks through all that it keeps for every answer, so few requests are fair to it.
FEWER = 10
_CLEAR, _ENCRYPTED = ResponseMode.DIRECT_POST, ResponseMode.DIRECT_POST_JWT


@dataclass(frozen=True, slots=True)
class _Held:
    """What the client answers with."""

    credential: HeldSdJwt
    key: ec.EllipticCurvePrivateKey

    def track(self, server: ServerProcess, requests: Iterator[Mapping[str, Any]]) -> Track:
        made = answers(requests, self.credential, self.key)
        return Track(server, lambda count: [next(made) for _ in range(count)])


def figures(load: Load) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="trillium-bench-") as folder, ExitStack() as stack:
        tracks, crypto = _tracks(load, Path(folder), stack), Crypto()
        with on_client_core():
            for track in tracks.values():
                track.run(_WARM_UP, keep=False)
            for number in range(load.rounds):
                for name in tracks if number % 2 == 0 else reversed(tracks):
                    tracks[name].run(load.requests // FEWER)
                crypto.measure()
    clear, encrypted, credo = (tracks[name] for name in ("clear", "encrypted", "credo"))
    needed = crypto.verifying
    label = f"bare verify, twice, + key, + sign {duration(needed.median)}"
    yield _share("direct_post, list cached", clear, (label, needed))
    needed = crypto.verifying_encrypted
    label = f"the same + bare decrypt {duration(needed.median)}"
    yield _share("direct_post.jwt, list cached", encrypted, (label, needed), at_least(0.40))
    yield _share("direct_post.jwt, list cached", encrypted, (f"credo-ts, no status {credo.rate}", credo.cost))


def _tracks(load: Load, var_dir: Path, stack: ExitStack) -> dict[str, Track]:
    asyncio.run(fill_register(var_dir))
    wallets, key = Wallets(var_dir), ec.generate_private_key(ec.SECP256R1())
    held = wallets.credential(key)
    write_preset(var_dir)
    count = _WARM_UP + load.rounds * (load.requests // FEWER)
    ours = [stack.enter_context(_ours(var_dir, mode, count)) for mode in (_CLEAR, _ENCRYPTED)]
    anchor = var_dir / "keys" / "issuer" / "anchors.pem"
    peer, said = stack.enter_context(
        node_peer("credo_verifier.mjs", str(count), VCT, str(anchor), log=var_dir / "credo.log")
    )
    peer.port = urlsplit(said["origin"]).port or 80
    clear, encrypted = (
        _Held(held, key).track(server, started_requests(var_dir, mode))
        for server, mode in zip(_listening(ours), (_CLEAR, _ENCRYPTED), strict=True)
    )
    without_status = _Held(wallets.without_status(held), key)
    requests = (one["request"] for one in said["requests"])
    return {"clear": clear, "encrypted": encrypted, "credo": without_status.track(peer, requests)}


def _ours(var_dir: Path, mode: ResponseMode, count: int) -> Any:
    return served("verifier-memory", var_dir, count=str(count), mode=mode.value)


def _listening(servers: Sequence[ServerProcess]) -> Sequence[ServerProcess]:
    for server in servers:
        assert server.port
    return servers


def _share(path: str, track: Track, other: tuple[str, Timing], goal: Goal | None = None) -> Figure:
    label, theirs = other
    ours = track.cost
    return Figure(
        GROUP, path, track.rate, label, ours.share_of(theirs), ours.best_share_of(theirs), goal=goal
    )
