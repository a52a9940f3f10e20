"""Relying services: a secret that is shown once, and an answer that does not tell what was wrong."""

import dataclasses
import hashlib
import hmac
from typing import Any

import pytest

from tests.verifier.domain.callable import CALLABLE
from tests.verifier.surroundings import MANAGEMENT, Desk, HandClock
from trillium.runtime.randomness import SystemRandomness
from verifier.domain.event import Event, EventName
from verifier.domain.relying_service import ClientId
from verifier.errors import UnknownPreset, UnknownRelyingService
from verifier.services.relying_services import RegisteredService, RelyingServices
from verifier.store.memory import MemoryVerifierStore

NAMES = {"en-CA": "Shop", "fr-CA": "Boutique"}


async def register(services: RelyingServices, *presets: str) -> RegisteredService:
    return await services.register(NAMES, presets or ("identity",), actor=MANAGEMENT)


async def test_who_was_registered_is_let_in_with_the_secret() -> None:
    services = Desk().verifier.clients
    registered = await register(services)
    found = await services.authenticate(registered.service.client_id, registered.secret)
    assert found == registered.service
    assert found.presets == ("identity",)
    assert found.names == (("en-CA", "Shop"), ("fr-CA", "Boutique"))


async def test_the_secret_is_kept_as_a_hash_only() -> None:
    registered = await register(Desk().verifier.clients)
    assert len(registered.secret) == 43
    assert registered.service.secret_hash == hashlib.sha256(registered.secret.encode()).digest()
    assert registered.secret not in repr(registered.service)


async def test_secrets_and_ids_are_never_the_same_twice() -> None:
    services = Desk().verifier.clients
    several = [await register(services) for _ in range(20)]
    assert len({one.secret for one in several}) == len({one.service.client_id for one in several}) == 20


@pytest.mark.parametrize("presets", [(), ("nobody",), ("identity", "nobody")])
async def test_only_presets_that_exist(presets: tuple[str, ...]) -> None:
    desk = Desk()
    with pytest.raises(UnknownPreset):
        await desk.verifier.clients.register(NAMES, presets, actor=MANAGEMENT)
    assert not await desk.store.services()


async def test_a_preset_named_twice_counts_once() -> None:
    registered = await register(Desk().verifier.clients, "identity", "age-19-or-over", "identity")
    assert registered.service.presets == ("identity", "age-19-or-over")


async def test_registering_is_an_event() -> None:
    desk = Desk()
    registered = await register(desk.verifier.clients)
    [event] = await desk.store.latest(9)  # type: ignore[attr-defined]
    expected = Event(
        EventName.RELYING_SERVICE_ADDED, MANAGEMENT, desk.clock.now(), registered.service.client_id
    )
    assert event == expected


@pytest.mark.parametrize("client_id", ["nobody", "", "rs-\x00", "rs-é", "\n", "rs-" + "A" * 5000])
async def test_unknown_ids_are_refused_like_wrong_secrets(client_id: str) -> None:
    services = Desk().verifier.clients
    registered = await register(services)
    refusals = []
    for given in ((client_id, registered.secret), (registered.service.client_id, "wrong"), (client_id, "")):
        with pytest.raises(UnknownRelyingService) as refused:
            await services.authenticate(*given)
        refusals.append((str(refused.value), refused.value.detail, refused.value.code))
    assert len(set(refusals)) == 1


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + "A", str.lower, lambda s: "", lambda s: s + "é"]
)
async def test_a_secret_is_compared_whole(change: Any) -> None:
    services = Desk().verifier.clients
    registered = await register(services)
    with pytest.raises(UnknownRelyingService):
        await services.authenticate(registered.service.client_id, change(registered.secret))


async def test_a_secret_of_another_relying_service() -> None:
    services = Desk().verifier.clients
    one, other = await register(services), await register(services)
    with pytest.raises(UnknownRelyingService):
        await services.authenticate(one.service.client_id, other.secret)


async def test_known_and_unknown_ids_take_the_same_steps() -> None:
    """One lookup, one hash of the whole secret, one comparison in constant time: whoever asks."""
    looked_up: list[ClientId] = []

    class Watched(MemoryVerifierStore):
        async def find_service(self, client_id: ClientId) -> Any:
            looked_up.append(client_id)
            return await super().find_service(client_id)

    store = Watched()
    services = RelyingServices(store, Desk().verifier.presets, HandClock(), SystemRandomness(), CALLABLE)
    registered = await register(services)
    # The zeros that an unknown id is compared with are the hash of nothing.
    assert not hmac.compare_digest(bytes(32), registered.service.secret_hash)
    for client_id in (registered.service.client_id, "nobody", "\x00"):
        with pytest.raises(UnknownRelyingService):
            await services.authenticate(client_id, "wrong")
    assert len(looked_up) == 3
    assert "secret" not in {field.name for field in dataclasses.fields(registered.service)}
