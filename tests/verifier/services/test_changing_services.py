"""Relying services change: addresses, presets, secrets; and they are switched off at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.verifier.surroundings import MANAGEMENT, Desk
from verifier.domain.event import EventName
from verifier.domain.relying_service import RelyingService
from verifier.domain.service_addresses import Addresses
from verifier.errors import (
    BadReturnUrl,
    BadWebhookUrl,
    ChangedMeanwhile,
    RequestGone,
    UnknownClient,
    UnknownPreset,
    UnknownRelyingService,
)
from verifier.services.relying_services import LONGEST_OVERLAP, RegisteredService, RelyingServices

HOUR = timedelta(hours=1)


async def registered(desk: Desk, **addresses: Any) -> RegisteredService:
    names = {"en-CA": "Shop", "fr-CA": "Boutique"}
    return await desk.verifier.clients.register(
        names, ["identity"], actor=MANAGEMENT, addresses=Addresses(**addresses)
    )


async def change(services: RelyingServices, client_id: str, **changed: Any) -> RelyingService:
    return await services.change(client_id, lambda one: replace(one, **changed), actor=MANAGEMENT)


async def names_of(desk: Desk) -> list[EventName]:
    return [event.name for event in await desk.store.latest(99)]  # type: ignore[attr-defined]


async def test_addresses_are_kept_as_registered() -> None:
    desk = Desk()
    one = await registered(desk, return_urls=("https://shop.example/back",), webhook_url="https://h.example/")
    assert one.service.site == "https://shop.example"
    found = await desk.verifier.clients.find(one.service.client_id)
    assert found == one.service
    assert (found.return_urls, found.webhook_url) == (("https://shop.example/back",), "https://h.example/")


async def test_a_bad_address_registers_nothing() -> None:
    desk = Desk()
    with pytest.raises(BadWebhookUrl):
        await registered(desk, webhook_url="http://10.0.0.1/")
    assert not await desk.store.services()


async def test_what_is_changed_is_checked_like_what_is_registered() -> None:
    desk = Desk()
    services, one = desk.verifier.clients, (await registered(desk)).service
    changed = await change(services, one.client_id, presets=("age-19-or-over", "age-19-or-over"))
    assert changed.presets == ("age-19-or-over",)
    assert changed.version == 2
    for wrong, error in (
        ({"presets": ("nobody",)}, UnknownPreset),
        ({"presets": ()}, UnknownPreset),
        ({"webhook_url": "ftp://h.example/"}, BadWebhookUrl),
        ({"site": "https://a.example", "return_urls": ("https://b.example/",)}, BadReturnUrl),
    ):
        with pytest.raises(error):
            await change(services, one.client_id, **wrong)
    assert await services.find(one.client_id) == changed
    assert (await names_of(desk))[0] is EventName.RELYING_SERVICE_CHANGED


async def test_of_two_changes_from_one_reading_the_second_is_refused() -> None:
    desk = Desk()
    services, one = desk.verifier.clients, (await registered(desk)).service
    stale = replace(one, version=one.version + 1)
    await change(services, one.client_id, webhook_url="https://h.example/")
    event = (await desk.store.latest(1))[0]  # type: ignore[attr-defined]
    assert not await desk.store.change_service(stale, event)


async def test_a_change_that_comes_too_late_is_told() -> None:
    desk = Desk()
    services, one = desk.verifier.clients, (await registered(desk)).service

    def edit_while_another_does(service: RelyingService) -> RelyingService:
        other = change(services, one.client_id, webhook_url="https://other.example/")
        with pytest.raises(StopIteration):  # memory never suspends: this runs it to its end
            other.send(None)
        return service

    with pytest.raises(ChangedMeanwhile):
        await services.change(one.client_id, edit_while_another_does, actor=MANAGEMENT)
    assert (await services.find(one.client_id)).webhook_url == "https://other.example/"


@pytest.mark.parametrize("client_id", ["rs-nobody", "", "rs-\x00", "é"])
async def test_nobody_cannot_be_changed(client_id: str) -> None:
    services = Desk().verifier.clients
    for call in (
        services.find(client_id),
        services.change(client_id, lambda one: one, actor=MANAGEMENT),
        services.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=HOUR),
        services.disable(client_id, actor=MANAGEMENT),
        services.enable(client_id, actor=MANAGEMENT),
    ):
        with pytest.raises(UnknownClient):
            await call


async def test_an_old_secret_is_good_for_the_overlap_and_no_longer() -> None:
    desk = Desk()
    services, old = desk.verifier.clients, await registered(desk)
    client_id = old.service.client_id
    new = await services.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=HOUR)
    assert new.secret != old.secret
    desk.clock.advance(minutes=59, seconds=59)
    for secret in (old.secret, new.secret):
        assert (await services.authenticate(client_id, secret)).client_id == client_id
    desk.clock.advance(seconds=1)
    await services.authenticate(client_id, new.secret)
    with pytest.raises(UnknownRelyingService):
        await services.authenticate(client_id, old.secret)
    assert EventName.RELYING_SERVICE_SECRET_ROTATED in await names_of(desk)


async def test_a_secret_that_others_know_is_ended_at_once() -> None:
    desk = Desk()
    services, old = desk.verifier.clients, await registered(desk)
    client_id = old.service.client_id
    second = await services.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=HOUR)
    third = await services.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=timedelta(0))
    for gone in (old.secret, second.secret):
        with pytest.raises(UnknownRelyingService):
            await services.authenticate(client_id, gone)
    await services.authenticate(client_id, third.secret)
    assert (await services.find(client_id)).previous_secret is None


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), LONGEST_OVERLAP + timedelta(seconds=1)])
async def test_overlaps_are_bounded(overlap: timedelta) -> None:
    desk = Desk()
    one = await registered(desk)
    with pytest.raises(ValueError, match="overlap"):
        await desk.verifier.clients.rotate_secret(
            one.service.client_id, actor=MANAGEMENT, old_one_good_for=overlap
        )


async def test_a_disabled_service_is_told_what_strangers_are_told() -> None:
    desk = Desk()
    services, one = desk.verifier.clients, await registered(desk)
    client_id = one.service.client_id
    await services.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=HOUR)
    await services.disable(client_id, actor=MANAGEMENT)
    with pytest.raises(UnknownRelyingService) as refused:
        await services.authenticate(client_id, one.secret)
    assert refused.value.detail == ""
    await services.enable(client_id, actor=MANAGEMENT)
    await services.authenticate(client_id, one.secret)
    assert (await names_of(desk))[:2] == [
        EventName.RELYING_SERVICE_ENABLED,
        EventName.RELYING_SERVICE_DISABLED,
    ]


async def test_nobody_answers_a_service_that_was_switched_off() -> None:
    desk = Desk()
    asked = await desk.ask("identity")
    await desk.verifier.clients.disable(asked.service.client_id, actor=MANAGEMENT)
    for call in (
        asked.refuse(),
        desk.verifier.serve(asked.started.presentation.request_id, wallet_nonce=None),
    ):
        with pytest.raises(RequestGone):
            await call
    assert await asked.state() == "cancelled"


async def test_disabling_again_keeps_the_first_moment() -> None:
    desk = Desk()
    services, one = desk.verifier.clients, await registered(desk)
    first = await services.disable(one.service.client_id, actor=MANAGEMENT)
    desk.clock.advance(hours=1)
    again = await services.disable(one.service.client_id, actor=MANAGEMENT)
    assert again.disabled_at == first.disabled_at


async def test_concurrent_rotations_leave_one_secret_that_works() -> None:
    desk = Desk()
    services, one = desk.verifier.clients, await registered(desk)
    client_id = one.service.client_id
    nothing = timedelta(0)
    done = await asyncio.gather(
        *(services.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=nothing) for _ in range(8)),
        return_exceptions=True,
    )
    given = [each.secret for each in done if isinstance(each, RegisteredService)]
    works = 0
    for secret in given:
        try:
            await services.authenticate(client_id, secret)
            works += 1
        except UnknownRelyingService:
            continue
    assert works == 1
