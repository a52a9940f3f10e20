"""A wallet in bad hands: the built-in holder, with a delivery of its own that alters or repeats responses.

It runs in this process with stores in memory; everything it sends goes over HTTP to the same verifier as
everybody's presentations.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

import orjson
import uvloop

from keys import KeyPurpose, KeySpec, open_key_ring
from specs.encoding import b64url_decode, b64url_encode
from trillium.cli.demo.server import DemoServer
from trillium.combined import as_started, combined_settings
from trillium.runtime.clock import SystemClock
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.settings import origin_of
from trillium.runtime.trust_list import open_trust_list
from wallet_api.app import Outside, Wallet, build_services
from wallet_api.clients.internet import DirectPost, HttpInternet
from wallet_api.clients.trust_list import ListedTrust
from wallet_api.domain.account import Account
from wallet_api.ports import Delivery, HttpAnswer
from wallet_api.store.memory import MemoryWalletStore

Fields: TypeAlias = Sequence[tuple[str, str]]
Alteration: TypeAlias = Callable[[Fields], Fields]
T = TypeVar("T")

PERSON: Final = "forger"


@dataclass(slots=True)
class CrookedDelivery:
    """``ports.Delivery``: alters what leaves, keeps it, and remembers what the verifier said."""

    honest: Delivery
    alter: Alteration = lambda fields: fields
    sent: list[Fields] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    answers: list[HttpAnswer] = field(default_factory=list)

    async def deliver(self, response_uri: str, fields: Fields) -> HttpAnswer:
        altered = self.alter(fields)
        answer = await self.honest.deliver(response_uri, altered)
        self.sent.append(altered)
        self.addresses.append(response_uri)
        self.answers.append(answer)
        return answer


class Forger:
    """Receives like everybody; presents crookedly."""

    def __init__(self, server: DemoServer) -> None:
        self._server = server
        self._runner = uvloop.new_event_loop()
        self._client = StrangerClient(loopback_origins=[origin_of(server.base_url)])
        internet = HttpInternet(self._client)
        self.delivery = CrookedDelivery(DirectPost(internet))
        now = SystemClock().now()
        ring = open_key_ring("memory:", sandbox=True, now=now)
        ring.ensure({KeyPurpose.WRAPPING: KeySpec()}, now)
        settings = as_started(combined_settings(server.base_url, var_dir=server.var_dir))
        self._wallet: Wallet = build_services(
            Outside(
                store=MemoryWalletStore(),
                secret=lambda version: ring.secret_for(KeyPurpose.WRAPPING, version),
                internet=internet,
                trust=ListedTrust(open_trust_list(settings.wallet, "wallet", now, remember=False)),
                allow_http=True,
                may_hold_key=lambda _vct: True,
                delivery=self.delivery,
            )
        )
        self._account: Account = self._run(self._wallet.accounts.open(PERSON)).account

    def receive(self, link: str) -> None:
        """Receives what an offer holds; it needs no transaction code."""

        async def work() -> None:
            opened = await self._wallet.open_offer(self._account, link)
            await self._wallet.accept_offer(self._account, opened.operation_id, tx_code=None, copies=None)

        self._run(work())

    def present(self, link: str, alter: Alteration) -> HttpAnswer:
        """Answers a request, altered on the way out; what the verifier said."""
        self.delivery.alter = alter

        async def work() -> None:
            opened = await self._wallet.open_request(self._account, link)
            try:
                await self._wallet.consent(self._account, opened.operation_id)
            except Exception:
                # The built-in wallet is told that it was refused, and says so; here that is the story.
                if not self.delivery.answers:
                    raise

        self._run(work())
        return self.delivery.answers[-1]

    def send_again(self) -> HttpAnswer:
        """The last response once more, to where it went; what the verifier said."""
        return self._run(self.delivery.honest.deliver(self.delivery.addresses[-1], self.delivery.sent[-1]))

    def close(self) -> None:
        self._run(self._client.close())
        self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run_until_complete(work)


def change_a_claim(fields: Fields) -> Fields:
    """Turns a disclosed truth into another: the last disclosure says something else, as well encoded."""
    vp_token = orjson.loads(dict(fields)["vp_token"])
    for presentations in vp_token.values():
        *parts, disclosure, key_binding = presentations[0].split("~")
        salt, name, value = orjson.loads(b64url_decode(disclosure))
        forged = b64url_encode(orjson.dumps([salt, name, _other(value)]))
        presentations[0] = "~".join([*parts, forged, key_binding])
    return _with_token(fields, vp_token)


def repeat(earlier: Fields) -> Alteration:
    """Sends an earlier presentation again, with the state of the new request."""
    vp_token = orjson.loads(dict(earlier)["vp_token"])
    return lambda fields: _with_token(fields, vp_token)


def _other(value: object) -> object:
    return not value if isinstance(value, bool) else f"{value} (forged)"


def _with_token(fields: Fields, vp_token: object) -> Fields:
    token = orjson.dumps(vp_token).decode()
    return [(name, token if name == "vp_token" else value) for name, value in fields]
