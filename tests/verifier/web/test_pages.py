"""The page of a presentation and its ways to an end, each with its own browsers (5.29 to 5.32)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

import verifier
from tests.verifier.issuing import private_key
from tests.verifier.web import long_preset
from tests.verifier.web.counter import Counter, opened_counter
from tests.verifier.web.long_preset import write_long_preset
from tests.verifier.web.page_visitors import (
    BACK,
    SITE,
    browser_of,
    code_in,
    form_token,
    open_page,
    state_in,
)
from verifier.domain.presentation import CrossDevice
from verifier.domain.presentation_page import CODE_LIFETIME, RETURN_LIFETIME

COOKIE = "__Host-verifier-page-"


async def test_the_page_says_who_asks_for_what_and_why(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        answer = await browser.open(paged.page)
    assert answer.status_code == 200
    text = answer.text
    assert "Shop &amp; Co" in text
    assert SITE in text
    assert "19 or over" in text
    assert "Ontario Photo Card" in text
    assert "keeps nothing" in text
    assert "<svg" in text
    assert "openid4vp://" in text
    assert state_in(answer) == "retrieved"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy


async def test_everything_that_is_asked_and_kept_is_said(tmp_path: Path) -> None:
    presets = write_long_preset(tmp_path / "presets")
    async with opened_counter(tmp_path, presets_dir=presets) as counter, browser_of(counter) as browser:
        paged = await open_page(counter, preset=long_preset.ID, transaction_data=(long_preset.AGREEMENT,))
        english = (await browser.open(paged.page)).text
        french = (await browser.open(f"{paged.page}?lang=fr")).text
    for text in (
        "Given name",
        "Street address",
        "Province or territory (ON, QC)",
        "com.example.canoe.colour",
        "If you like, also:",
        "for 30 days",
        "To find the canoe again.",
        "for 1 day,",
        "In case of a dispute.",
        "Rent a &lt;b&gt;canoe&lt;/b&gt; until Sunday.",
    ):
        assert text in english
    for text in ("Prénom", "30 jours", "1 jour;", "Vous louer un canot, l’été.", "Louer un &lt;b&gt;canot"):
        assert text in french
    assert english.count('class="or"') == 1, "two sets of claims, of which one is enough"


async def test_the_page_begins_in_the_language_of_the_service_and_can_be_switched(counter: Counter) -> None:
    paged = await open_page(counter, locale="fr-CA")
    async with browser_of(counter, {"Accept-Language": "en"}) as browser:
        french = await browser.open(paged.page)
        assert french.headers["content-language"] == "fr-CA"
        assert "Boutique &amp; Cie" in french.text
        assert "19 ans ou plus" in french.text
        english = await browser.open(f"{paged.page}?lang=en")
        assert "19 or over" in english.text
        assert (await browser.open(paged.page)).headers["content-language"] == "en-CA"


async def test_the_cookie_is_the_pages_alone(counter: Counter) -> None:
    first, second = await open_page(counter), await open_page(counter)
    async with browser_of(counter) as browser:
        answer = await browser.open(first.page)
        header = answer.headers["set-cookie"]
        assert header.startswith(COOKIE)
        for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/;"):
            assert attribute in header
        await browser.open(second.page)
        assert len([name for name in browser.http.cookies if name.startswith(COOKIE)]) == 2
        # Two tabs do not get in each other's way.
        assert [await browser.state(one.page) for one in (first, second)] == ["retrieved"] * 2


async def test_5_29_same_device(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        back = await paged.answer()
        assert await browser.state(paged.page) == "answered"
        assert not await paged.is_released()
        ended = await browser.open(back)
        assert str(ended.url).endswith(paged.page)
        assert state_in(ended) == "accepted"
        assert await paged.is_released()
        assert f'href="{BACK}?return_code=' in ended.text
        assert (await paged.fetch(ended))["outcome"] == "accepted"
        assert "openid4vp://" not in ended.text
        again = await browser.open(back)
        assert state_in(again) == "accepted", "reloading leads to the same page"
    assert (await paged.events()).count("result_released") == 1


async def test_5_32_the_characters_are_carried_over(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        shown = await phone.open(await paged.answer())
        assert shown.status_code == 200
        code = code_in(shown)
        assert len(code) == 8
        assert SITE in shown.text
        assert "verifier.example" in shown.text
        assert not await paged.is_released()
        asking = await desktop.open(paged.page)
        assert state_in(asking) == "code"
        assert code not in asking.text
        # However a person types it.
        ended = await desktop.send(paged.page, "code", code=f" {code[:4].lower()}-{code[4:]} ")
        assert state_in(ended) == "accepted"
        assert await paged.is_released()
        assert code_in(await phone.open(str(shown.url))) == "", "the characters are of no more use"


async def test_the_phone_can_show_its_characters_again(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        back = await paged.answer()
        first = code_in(await phone.open(back))
        counter.desk.clock.advance(seconds=90)
        assert code_in(await phone.open(back)) == first
        counter.desk.clock.advance(seconds=30)
        assert "cannot go on" in (await phone.open(back)).text


async def test_an_empty_field_is_no_guess(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        await phone.open(await paged.answer())
        for typed in ("", "   ", "A" * 65):
            answer = await desktop.send(paged.page, "code", code=typed)
            assert "more tr" not in answer.text


@pytest.fixture
async def careless(tmp_path: Path) -> AsyncIterator[Counter]:
    """A verifier whose presets release without characters: a documented risk that no shipped preset takes."""
    presets = tmp_path / "presets"
    presets.mkdir()
    shipped = Path(verifier.__file__).with_name("presets") / "age-19-or-over.json"
    changed = json.loads(shipped.read_text()) | {"cross_device": "open"}
    (presets / shipped.name).write_text(json.dumps(changed))
    async with opened_counter(tmp_path, presets_dir=presets) as opened:
        yield opened


async def test_open_releases_to_the_waiting_browser_without_characters(careless: Counter) -> None:
    paged = await open_page(careless)
    async with browser_of(careless) as desktop, browser_of(careless) as phone:
        await desktop.open(paged.page)
        shown = await phone.open(await paged.answer())
        assert "where you started" in shown.text
        assert code_in(shown) == ""
        assert await desktop.state(paged.page) == "accepted"


async def test_open_needs_no_return_at_all(careless: Counter) -> None:
    paged = await open_page(careless)
    async with browser_of(careless) as desktop:
        await desktop.open(paged.page)
        await paged.answer()
        assert not await paged.is_released(), "nobody has waited since"
        assert await desktop.state(paged.page) == "accepted"
        assert await paged.is_released()


async def test_off_shows_no_qr_code_and_takes_no_answer_from_elsewhere(counter: Counter) -> None:
    paged = await open_page(counter, CrossDevice.OFF)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        page = await desktop.open(paged.page)
        assert 'class="qr"' not in page.text
        assert "openid4vp://" in page.text
        shown = await phone.open(await paged.answer())
        assert "cannot go on" in shown.text
        assert await desktop.state(paged.page) == "refused"
        assert "find its way back" in (await desktop.open(paged.page)).text
    assert not await paged.is_released()
    assert "release_refused" in await paged.events()


async def test_the_visitor_cancels(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        answer = await browser.send(paged.page, "cancel")
        assert state_in(answer) == "cancelled"
        assert "cancelled" in answer.text
    assert await paged.asked.state() == "cancelled"
    assert await paged.is_released()
    assert (await paged.asked.result())["outcome"] == "cancelled"


async def test_the_wallet_refuses_and_nobody_need_carry_anything(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        shown = await phone.open(await paged.refuse())
        assert "The wallet shared nothing" in shown.text
        assert await desktop.state(paged.page) == "cancelled"


async def test_nobody_answers(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        counter.desk.clock.advance(minutes=5)
        assert await browser.state(paged.page) == "timed_out"
        assert "time for this request is over" in (await browser.open(paged.page)).text


async def test_a_rejected_card_says_why_and_what_to_do(counter: Counter) -> None:
    paged = await open_page(counter)
    minor = counter.issuer.issue({"age_equal_or_over": {"19": False}})
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        ended = await browser.open(await paged.answer(minor))
        assert state_in(ended) == "rejected"
        assert "does not show what was asked for" in ended.text
        assert "another credential that fits" in ended.text
        french = await browser.open(f"{paged.page}?lang=fr")
        assert "Vous avez peut-être un autre justificatif" in french.text
        assert "'" not in french.text.partition("<main")[2].partition("</main>")[0].replace("&#39;", "")


async def test_a_forged_card_needs_no_return_since_the_wallet_has_no_code(counter: Counter) -> None:
    paged = await open_page(counter)
    forged = counter.issuer.draft().signed_by(private_key("thief"))
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        with pytest.raises(Exception, match="bad_signature"):
            await paged.answer(forged)
        ended = await browser.open(paged.page)
        assert state_in(ended) == "rejected"
        assert "was not made by the issuer" in ended.text


async def test_no_answer_after_the_time_for_coming_back(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        back = await paged.answer()
        counter.desk.clock.moment += RETURN_LIFETIME
        late = await browser.open(back)
        assert late.status_code == 410
        assert await browser.state(paged.page) == "timed_out"
    assert not await paged.is_released()


async def test_no_characters_after_two_minutes(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        code = code_in(await phone.open(await paged.answer()))
        token = form_token(await desktop.open(paged.page))
        counter.desk.clock.moment += CODE_LIFETIME + timedelta(seconds=1)
        fields = {"form_token": token, "code": code}
        late = await desktop.http.post(f"{paged.page}/code", data=fields, follow_redirects=True)
        assert state_in(late) == "timed_out"
    assert not await paged.is_released()


async def test_a_receipt_can_be_saved_once(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        ended = await browser.open(await paged.answer())
        assert "Save the receipt" in ended.text
        receipt = await browser.send(paged.page, "receipt")
        assert receipt.headers["content-type"] == "application/trillium-receipt+jwt"
        assert receipt.headers["content-disposition"].startswith("attachment;")
        assert receipt.text.count(".") == 2
        assert "Save the receipt" not in (await browser.open(paged.page)).text


async def test_direct_presentations_end_on_the_device_of_the_wallet(counter: Counter) -> None:
    asked = await counter.desk.ask()
    paged = type(await open_page(counter))(counter, asked, "")
    async with browser_of(counter) as phone:
        back = await paged.answer()
        shown = await phone.open(back)
        assert "Shop has your answer" in shown.text
        token = {"response_code": back.partition("=")[2]}
        receipt = await phone.http.post("/desk/return/receipt", data=token)
        assert receipt.headers["content-type"] == "application/trillium-receipt+jwt"
        gone = await phone.http.post("/desk/return/receipt", data=token)
        assert gone.status_code in (404, 410)
