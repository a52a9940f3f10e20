"""Evidence: made where it was announced, readable by its service alone, held until its day and no longer."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from specs.jose import DecryptionFailed, parse_jwe
from specs.openid4vp import ResponseMode
from specs.token_status_list import StatusAnswer, StatusOutcome
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import PERSON
from tests.verifier.kept import (
    CREDENTIAL,
    DAYS,
    KEY,
    PRESET,
    RETURN_URL,
    WHO,
    card,
    keeping_desk,
    opened,
    with_key,
)
from tests.verifier.surroundings import Asked, Desk, StatusesByHand, claims_of, encrypted, header_of
from verifier.domain.event import Event, EventName
from verifier.domain.evidence import EvidenceId, KeptEvidence
from verifier.domain.presentation import ClientIdPrefix, CrossDevice, Release
from verifier.domain.presentation_page import ReleaseWay
from verifier.domain.relying_service import RelyingService
from verifier.errors import EvidenceKeyMissing, PresentationOpen, RequestGone, UnknownEvidence
from verifier.store.memory import MemoryVerifierStore

ORIGIN = "https://verifier.example"


class StatusesWithTokens(StatusesByHand):
    """Answers with the token that decided, as the client of status lists does."""

    async def status_of(self, *arguments: Any, **named: Any) -> StatusAnswer:
        return (await super().status_of(*arguments, **named))._replace(token="status.list.token")


def events(desk: Desk) -> list[Event]:
    assert isinstance(desk.store, MemoryVerifierStore)
    return desk.store.events


def names(desk: Desk) -> list[EventName]:
    return [one.name for one in events(desk)]


async def fetch(asked: Asked) -> KeptEvidence:
    evidence = asked.desk.verifier.kept.evidence
    return await evidence.of_presentation(asked.service, asked.started.transaction_id)


async def ask(desk: Desk, **options: Any) -> Asked:
    return await desk.ask(PRESET, await with_key(desk), **options)


async def shown(desk: Desk, **options: Any) -> Asked:
    asked = await ask(desk, **options)
    await asked.respond(card(asked))
    return asked


def changed(asked: Asked, **members: Any) -> RelyingService:
    return replace(asked.service, version=asked.service.version + 1, **members)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return keeping_desk(tmp_path)


async def test_evidence_has_all_that_is_needed_to_decide_again(tmp_path: Path) -> None:
    desk = keeping_desk(tmp_path)
    desk.verifier.receive.verify.statuses = StatusesWithTokens()
    asked = await ask(desk, reference="file 7")
    request_id = asked.started.presentation.request_id
    served = await desk.verifier.serve(request_id, wallet_nonce="a-nonce-of-the-wallet")
    presented = card(asked)
    await asked.respond(presented)
    evidence = opened((await fetch(asked)).jwe)
    assert evidence["request_object"] == served, "the one that was fetched last"
    assert claims_of(evidence["request_object"])["nonce"] == asked.request["nonce"]
    assert evidence["vp_token"] == presented
    assert evidence["status_tokens"] == {"photo_card": ["status.list.token"]}
    assert evidence["chains"] == {"photo_card": [header_of(CREDENTIAL)["x5c"]]}
    assert evidence["verdict"] == {"outcome": "accepted", "clerk_outcome": "valid"}
    assert (evidence["time"], evidence["preset"]) == ("2026-11-22T15:00:00+00:00", PRESET)
    assert (evidence["reference"], evidence["request"]) == ("file 7", None)


async def test_the_verifier_cannot_read_it(desk: Desk) -> None:
    asked = await shown(desk)
    kept = await fetch(asked)
    jwe = parse_jwe(kept.jwe, max_bytes=1_000_000)
    assert (jwe.header["alg"], jwe.header["enc"], jwe.kid) == ("ECDH-ES", "A256GCM", "shop-2026")
    assert jwe.header["typ"] == "trillium-evidence+jwe"
    shown_names = ("given_name", "family_name", "birthdate")
    assert not [name for name in shown_names if str(PERSON[name]) in repr(kept) + kept.jwe]
    with pytest.raises(DecryptionFailed):
        opened(kept.jwe, "somebody else")


async def test_each_evidence_has_a_key_of_its_own(desk: Desk) -> None:
    asked = await shown(desk)
    again = await desk.ask(PRESET, asked.service)
    await again.respond(card(again))
    first, second = [parse_jwe((await fetch(one)).jwe, max_bytes=1_000_000) for one in (asked, again)]
    assert first.epk.thumbprint != second.epk.thumbprint
    assert first.iv != second.iv


async def test_it_can_be_fetched_again_and_each_time_is_recorded(desk: Desk) -> None:
    asked = await shown(desk)
    assert await fetch(asked) == await fetch(asked)
    assert names(desk).count(EventName.EVIDENCE_KEPT) == 1
    assert names(desk).count(EventName.EVIDENCE_READ) == 2
    assert (events(desk)[-1].actor, events(desk)[-1].client_id) == (
        "relying-service",
        asked.service.client_id,
    )


async def test_a_preset_without_evidence_leaves_none(desk: Desk) -> None:
    service = await with_key(desk, "identity", PRESET)
    asked = await desk.ask("identity", service)
    await asked.respond(card(asked))
    with pytest.raises(UnknownEvidence):
        await fetch(asked)
    assert EventName.EVIDENCE_KEPT not in names(desk)


async def test_a_service_that_could_not_read_it_cannot_ask(desk: Desk) -> None:
    service = await desk.register(PRESET)
    with pytest.raises(EvidenceKeyMissing):
        await desk.ask(PRESET, service)


async def test_a_key_that_is_taken_away_meanwhile_means_that_nothing_is_accepted(desk: Desk) -> None:
    asked = await ask(desk)
    event = Event(EventName.RELYING_SERVICE_CHANGED, events(desk)[0].actor, desk.clock.now())
    assert await desk.store.change_service(changed(asked, evidence_key=None), event)
    with pytest.raises(EvidenceKeyMissing):
        await asked.respond(card(asked))
    assert await asked.state() == "retrieved"


async def test_a_service_that_was_disabled_meanwhile_accepts_nothing(desk: Desk) -> None:
    asked = await ask(desk)
    event = Event(EventName.RELYING_SERVICE_DISABLED, events(desk)[0].actor, desk.clock.now())
    assert await desk.store.change_service(changed(asked, disabled_at=desk.clock.now()), event)
    with pytest.raises(RequestGone):
        await asked.respond(card(asked))
    assert not {EventName.EVIDENCE_KEPT, EventName.PRESENTATION_ACCEPTED} & set(names(desk))


async def test_evidence_of_somebody_else_is_unknown(desk: Desk) -> None:
    asked = await shown(desk)
    entry = (await fetch(asked)).entry
    other = await with_key(desk)
    evidence = desk.verifier.kept.evidence
    with pytest.raises(UnknownEvidence):
        await evidence.of_presentation(other, asked.started.transaction_id)
    with pytest.raises(UnknownEvidence):
        await evidence.get(other, entry.evidence_id)
    with pytest.raises(UnknownEvidence):
        await evidence.get(asked.service, EvidenceId("A" * 22))
    assert (await evidence.since(other, entry.made_at)).entries == []
    assert (await evidence.get(asked.service, entry.evidence_id)).entry == entry


async def test_before_the_end_there_is_nothing_yet(desk: Desk) -> None:
    asked = await ask(desk)
    with pytest.raises(PresentationOpen):
        await fetch(asked)
    desk.clock.advance(minutes=6)
    with pytest.raises(UnknownEvidence):
        await fetch(asked)


@pytest.mark.parametrize("outcome", [StatusOutcome.INVALID, StatusOutcome.UNKNOWN])
async def test_only_what_was_accepted_leaves_evidence(desk: Desk, outcome: StatusOutcome) -> None:
    desk.statuses.outcome = outcome
    asked = await shown(desk)
    with pytest.raises(UnknownEvidence):
        await fetch(asked)


async def test_it_is_held_until_its_day_and_then_deleted(desk: Desk) -> None:
    asked = await shown(desk)
    entry = (await fetch(asked)).entry
    assert entry.delete_at == desk.clock.now() + timedelta(days=DAYS)
    desk.clock.moment = entry.delete_at - timedelta(seconds=1)
    await desk.verifier.kept.tidy(desk.clock.now())
    await desk.store.forget(desk.clock.now())
    assert (await fetch(asked)).entry == entry
    desk.clock.advance(seconds=1)
    with pytest.raises(UnknownEvidence):
        await fetch(asked)
    await desk.verifier.kept.tidy(desk.clock.now())
    assert (events(desk)[-1].name, events(desk)[-1].reason) == (EventName.EVIDENCE_DELETED, "due")
    assert await desk.store.find_evidence(entry.evidence_id) is None


async def test_a_list_begins_at_a_moment_and_goes_on_behind_a_place(desk: Desk) -> None:
    service = await with_key(desk)
    for _ in range(5):
        asked = await desk.ask(PRESET, service)
        await asked.respond(card(asked))
        desk.clock.advance(seconds=1)
    begin = desk.clock.now() - timedelta(seconds=5)
    evidence = replace(desk.verifier.kept.evidence, page_size=2)
    page = await evidence.since(service, begin)
    found = list(page.entries)
    while page.behind is not None:
        page = await evidence.since(service, begin, page.behind)
        found += page.entries
    assert [one.made_at - begin for one in found] == [timedelta(seconds=n) for n in range(5)]
    assert len((await evidence.since(service, begin + timedelta(seconds=4))).entries) == 1


async def browser(desk: Desk) -> Asked:
    """A presentation that a browser began, answered from a phone."""
    return await shown(desk, release=Release.BROWSER, cross_device=CrossDevice.CODE)


async def test_5_29_evidence_of_a_relayed_request_is_handed_to_nobody(desk: Desk) -> None:
    """Else whoever relays the QR code gets here what the result does not give."""
    asked = await browser(desk)
    evidence = desk.verifier.kept.evidence
    with pytest.raises(PresentationOpen):
        await fetch(asked)
    assert (await evidence.since(asked.service, desk.clock.now())).entries == []
    desk.clock.moment += desk.settings.result_lifetime + timedelta(seconds=1)
    with pytest.raises(UnknownEvidence):
        await fetch(asked)
    assert (events(desk)[-1].name, events(desk)[-1].reason) == (EventName.EVIDENCE_DELETED, "not_released")
    assert not getattr(desk.store, "_evidence")  # noqa: B009 - the slot of the store in memory


class Released:
    """``ports.Releases``, told by hand."""

    def __init__(self) -> None:
        self.released = False

    async def is_released(self, _request_id: Any) -> bool:
        await asyncio.sleep(0)
        return self.released

    def is_return_code(self, _request_id: Any, _code: str) -> bool:
        return False


async def test_5_29_once_the_browser_has_shown_itself_it_is_the_services(desk: Desk) -> None:
    asked = await browser(desk)
    releases = Released()
    evidence = replace(desk.verifier.kept.evidence, releases=releases)
    with pytest.raises(PresentationOpen):
        await evidence.of_presentation(asked.service, asked.started.transaction_id)
    releases.released = True
    await evidence.settle()
    releases.released = False  # the page is forgotten; what was decided stays so
    desk.clock.advance(days=1)
    kept = await evidence.of_presentation(asked.service, asked.started.transaction_id)
    assert opened(kept.jwe)["vp_token"]
    assert not kept.entry.held_back


async def test_5_29_where_the_visitor_has_to_come_back_only_the_fetched_result_shows_whose_it_is(
    desk: Desk,
) -> None:
    """The page's browser has shown itself, but it may be that of somebody who was sent the page's address."""
    asked = await shown(desk, release=Release.BROWSER, return_url=RETURN_URL)
    pages = desk.verifier.pages.sessions
    address = await pages.open(asked.started.presentation)
    visit = await pages.enter(address.rpartition("/")[2], None)
    await pages.release(visit.page, visit.presentation, ReleaseWay.SAME_DEVICE)
    assert await asked.state() == "accepted"
    with pytest.raises(PresentationOpen):
        await fetch(asked)
    code = pages.secrets.return_code(asked.started.presentation.request_id)
    await desk.verifier.results.fetch(asked.service, asked.started.transaction_id, code)
    assert opened((await fetch(asked)).jwe)["vp_token"]


async def test_a_server_that_was_down_does_not_lose_what_was_fetched(desk: Desk) -> None:
    asked = await browser(desk)
    releases = Released()
    releases.released = True
    results = replace(desk.verifier.results, releases=releases)
    await results.fetch(asked.service, asked.started.transaction_id)
    desk.clock.advance(hours=2)
    await desk.verifier.kept.evidence.settle()
    assert (await fetch(asked)).entry.delete_at > desk.clock.now()


@pytest.mark.parametrize("prefix", [ClientIdPrefix.X509_HASH, ClientIdPrefix.REDIRECT_URI])
async def test_a_request_that_stands_in_a_link_is_told_by_its_parameters(
    desk: Desk, prefix: ClientIdPrefix
) -> None:
    asked = await shown(desk, by_value=True, prefix=prefix)
    evidence = opened((await fetch(asked)).jwe)
    assert evidence["request_object"] is None
    for name in ("nonce", "client_id", "response_uri", "dcql_query"):
        assert evidence["request"][name] == asked.request[name]


async def test_an_answer_through_the_browser_is_told_by_what_the_browser_was_asked(desk: Desk) -> None:
    """Not by the request object that somebody fetched with the QR code of the same page."""
    asked = await ask(desk, release=Release.BROWSER)
    presentation = await desk.store.find_by_request(asked.started.presentation.request_id)
    assert presentation is not None
    assert presentation.request_object is not None
    offered = await desk.verifier.browser_requests.create(presentation, ORIGIN)
    [request] = [one["data"] for one in offered["requests"] if one["protocol"].endswith("unsigned")]
    token = card(asked, nonce=request["nonce"], audience=f"origin:{ORIGIN}")
    answer = encrypted(request, {"vp_token": token})
    await desk.verifier.receive.from_browser(presentation, answer, origin=ORIGIN)
    releases = Released()
    releases.released = True
    evidence = replace(desk.verifier.kept.evidence, releases=releases)
    kept = await evidence.of_presentation(asked.service, asked.started.transaction_id)
    inside = opened(kept.jwe)
    assert (inside["request_object"], inside["vp_token"]) == (None, token)
    assert inside["request"]["dcql_query"] == request["dcql_query"]
    assert inside["request"]["response_mode"] == "dc_api.jwt"
    assert "response_uri" not in inside["request"]
    assert await desk.verifier.kept.receipts.waits(presentation.request_id)


async def test_an_encrypted_answer_leaves_the_same_evidence(desk: Desk) -> None:
    asked = await shown(desk, response_mode=ResponseMode.DIRECT_POST_JWT)
    assert opened((await fetch(asked)).jwe)["vp_token"].keys() == {"photo_card"}


async def test_of_many_answers_at_once_one_leaves_evidence(desk: Desk) -> None:
    asked = await ask(desk)
    outcomes = await asyncio.gather(*(asked.respond(card(asked)) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, RequestGone) for one in outcomes) == 7
    assert names(desk).count(EventName.EVIDENCE_KEPT) == 1
    assert len((await desk.verifier.kept.evidence.since(asked.service, desk.clock.now())).entries) == 1


async def test_evidence_is_encrypted_to_the_key_of_the_day(desk: Desk) -> None:
    """A service that changes its key must keep the old one for what it has."""
    asked = await shown(desk)
    found = await desk.store.find_service(asked.service.client_id)
    assert found is not None
    assert found.evidence_key is not None
    assert parse_jwe((await fetch(asked)).jwe, max_bytes=1_000_000).kid == KEY.kid


async def test_the_evidence_of_a_minor_is_none() -> None:
    """The presets that are shipped keep no evidence at all."""
    desk = Desk()
    assert [preset.id for preset in desk.verifier.presets.values() if preset.evidence is not None] == []
    asked = await desk.ask()
    await asked.respond({"photo_card": [present(CREDENTIAL, asked.binding(), NINETEEN)]})
    assert WHO
    assert EventName.EVIDENCE_KEPT not in names(desk)
