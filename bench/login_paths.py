"""Logins per second, beside an ordinary OpenID provider (npm `oidc-provider`) driven by the same client.

A login is everything between a relying service's link and its visitor's claims: authorization request, the
provider's pages, code, tokens, UserInfo. At ours somebody shows a credential, which is verified with its
status; at the other they press a button, which proves nothing about them. Both keep everything in memory.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from bench.figures import Figure, duration
from bench.http_paths import Crypto, Load, fill_register
from bench.interleave import Timing
from bench.logins import REDIRECT_URI, Agreeing, Browser, Client, Presenting, log_in, press_the_button
from bench.presentations import PRESET, write_preset
from bench.server_process import ServerProcess, node_peer, on_client_core, served, wait_until_healthy
from bench.surroundings import BASE
from bench.wallet import Wallets

GROUP = "Logins over HTTP, one core: code flow with PKCE, tokens, UserInfo"
_WARM_UP = 10
FEWER = 10
_PATH = "/verifier/openid"


@dataclass
class Track:
    """One provider, round by round; ``costs``: seconds of its processor for one login."""

    server: ServerProcess
    host: str
    client: Client
    agree: Agreeing
    costs: list[float] = field(default_factory=list)

    def run(self, count: int, *, keep: bool = True) -> None:
        """Logs that many people in, one after the other."""
        before = self.server.processor_seconds()
        browser = Browser(self.server.port, self.host)
        for _ in range(count):
            if "given_name" not in log_in(browser, self.client, self.agree):
                raise RuntimeError("a login without a name")
            browser.cookies.clear()
        browser.close()
        if keep:
            self.costs.append((self.server.processor_seconds() - before) / count)

    @property
    def cost(self) -> Timing:
        return Timing(tuple(self.costs))

    @property
    def said(self) -> str:
        return f"{1 / self.cost.median:,.0f}/s, {duration(self.cost.median)} of its core"


def figures(load: Load) -> Iterator[Figure]:
    """By processor time for each login."""
    with TemporaryDirectory(prefix="trillium-bench-") as folder, ExitStack() as stack:
        (ours, peer), crypto = _tracks(Path(folder), stack), Crypto()
        with on_client_core():
            for track in (ours, peer):
                track.run(_WARM_UP, keep=False)
            for number in range(load.rounds):
                for track in (ours, peer) if number % 2 == 0 else (peer, ours):
                    track.run(load.requests // FEWER)
                crypto.measure()
    needed = crypto.verifying_encrypted
    label = f"bare crypto of the presentation {duration(needed.median)}"
    yield _share(ours, f"oidc-provider, a button {peer.said}", peer.cost)
    yield _share(ours, label, needed)


def _share(track: Track, against: str, other: Timing) -> Figure:
    cost = track.cost
    path = "login with a photo card"
    return Figure(GROUP, path, track.said, against, cost.share_of(other), cost.best_share_of(other))


def _tracks(var_dir: Path, stack: ExitStack) -> tuple[Track, Track]:
    asyncio.run(fill_register(var_dir))
    wallets, key = Wallets(var_dir), ec.generate_private_key(ec.SECP256R1())
    held = wallets.credential(key)
    write_preset(var_dir)
    ours = stack.enter_context(served("verifier-openid", var_dir))
    peer, said = stack.enter_context(
        node_peer("openid_provider.mjs", REDIRECT_URI, log=var_dir / "provider.log")
    )
    host = urlsplit(said["issuer"]).netloc
    peer.port = int(host.partition(":")[2])
    other = Client(said["client_id"], said["client_secret"], "/auth", "/token", "/me", "openid profile")
    return (
        Track(ours, urlsplit(BASE).netloc, _registered(ours), Presenting(held, key)),
        Track(peer, host, other, press_the_button),
    )


def _registered(server: ServerProcess) -> Client:
    """A relying service that registers itself (RFC 7591)."""
    wait_until_healthy(server.port)
    wanted = {
        "client_name": "Bench",
        "client_name#fr-CA": "Banc",
        "purpose": "To measure.",
        "purpose#fr-CA": "Mesurer.",
        "redirect_uris": [REDIRECT_URI],
        "presets": [PRESET],
        "needs": ["name", "birthdate"],
    }
    body = json.dumps(wanted).encode()
    outcome = Browser(server.port, urlsplit(BASE).netloc).create(f"{_PATH}/register", body)
    known = json.loads(outcome)
    addresses = (f"{_PATH}/authorize", f"{_PATH}/token", f"{_PATH}/userinfo")
    return Client(known["client_id"], known["client_secret"], *addresses, f"openid {PRESET}")
