"""Two services that share a preset cannot tell that one person came to both (7.08, 7.13), by their tokens.

What two services hold of one person is compared with what they hold of two different ones: whatever they have
in common only in the first case would give the person away.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest

from specs.sd_jwt import PlanPath
from tests.verifier.openid.relying import Library, Relying
from tests.verifier.openid.signing_in import NUMBER_ONLY, Person, asking
from tests.verifier.web.page_visitors import browser_of
from verifier.domain.preset import SubjectMode

MAYA, ALEX = "Planted-7731-0042", "Planted-9980-1177"
NINETEEN: tuple[PlanPath, ...] = (("age_equal_or_over", "19"),)
PATHS = {"sign-in": NUMBER_ONLY, "age-19-or-over": NINETEEN}


@dataclass
class Held:
    """Everything that one service gets of one login."""

    sub: str
    texts: set[str] = field(default_factory=set)


async def signed_in(library: Library, relying: Relying, number: str, preset: str = "sign-in") -> Held:
    """A person with a browser of its own signs in to a service."""
    async with browser_of(library.counter) as browser:
        person = Person(library.counter, browser)
        fields = asking(relying, scope=f"openid {preset}", state="s", nonce=f"n {relying.client_id}")
        back = await person.sign_in(fields, paths=PATHS[preset], number=number)
    tokens = (await relying.exchange(back.code)).json()
    claims = await relying.read(tokens["id_token"])
    told = (await relying.userinfo(tokens["access_token"])).json()
    header, payload, signature = tokens["id_token"].split(".")
    all_of_it = [claims, told, jwt.get_unverified_header(tokens["id_token"]), tokens]
    texts = {*_texts(all_of_it), header, payload, signature, back.uri, *back.parameters.values()}
    assert told["sub"] == claims["sub"]
    return Held(claims["sub"], texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    else:
        yield str(value)


@pytest.fixture
async def services(library: Library) -> AsyncIterator[tuple[Relying, Relying]]:
    return await library.client(sector="library.example"), await library.client(sector="shop.example")


@pytest.mark.parametrize("preset", PATHS)
async def test_7_08_two_services_hold_nothing_in_common_of_one_person(
    library: Library, services: tuple[Relying, Relying], preset: str
) -> None:
    one, other = services
    maya = await signed_in(library, one, MAYA, preset)
    maya_again = await signed_in(library, other, MAYA, preset)
    alex = await signed_in(library, other, ALEX, preset)
    of_everybody = maya.texts & alex.texts
    assert maya.texts & maya_again.texts == of_everybody
    for held in (maya, maya_again, alex):
        assert not [text for text in held.texts if MAYA in text or ALEX in text]


@pytest.mark.parametrize("mode", [SubjectMode.STABLE, SubjectMode.PER_PRESET])
async def test_7_08_one_service_recognises_its_person_with_a_renewed_card_and_another_browser(
    library: Library, mode: SubjectMode
) -> None:
    relying = await library.client(subject_mode=mode)
    first = await signed_in(library, relying, MAYA)
    library.counter.desk.clock.advance(minutes=30)
    second, somebody = await signed_in(library, relying, MAYA), await signed_in(library, relying, ALEX)
    # Per preset is less than the preset allows, and there is one preset here.
    assert first.sub == second.sub
    assert first.sub != somebody.sub


async def test_7_08_services_of_one_sector_know_one_person_by_one_name(library: Library) -> None:
    one, other = await library.client(sector="on.example"), await library.client(sector="on.example")
    assert (await signed_in(library, one, MAYA)).sub == (await signed_in(library, other, MAYA)).sub


async def test_7_09_an_age_check_recognises_nobody(library: Library) -> None:
    relying = await library.client()
    found = [await signed_in(library, relying, MAYA, "age-19-or-over") for _ in range(3)]
    assert len({held.sub for held in found}) == 3
    assert not (found[0].texts & found[1].texts) - (found[1].texts & found[2].texts)


async def test_7_13_a_login_at_one_service_is_none_at_another(
    library: Library, services: tuple[Relying, Relying]
) -> None:
    """In the same browser, at once: the second service makes its own presentation."""
    one, other = services
    async with browser_of(library.counter) as browser:
        person = Person(library.counter, browser)
        await person.sign_in(asking(one))
        silent = await person.ask(asking(other, prompt="none"))
        assert "error=login_required" in silent.headers["location"]
        assert await person.begin(asking(other))
