"""What the pages of a presentation say: who asks, for what, why, what is kept, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from babel.dates import format_time

from trillium.runtime.i18n import Language
from trillium.runtime.pages import CIVIL_TIME
from trillium.runtime.qr import QrTooLarge, draw_qr_apart
from verifier.domain.ends import end_of
from verifier.domain.outcomes import own_way_of
from verifier.domain.presentation import CrossDevice, Presentation
from verifier.domain.presentation_page import CODE_ATTEMPTS, CODE_LIFETIME, PageState
from verifier.domain.preset import Preset, Retention
from verifier.domain.reasons import kinds_of
from verifier.domain.verdict import Texts, outcome_of
from verifier.ports import Clock, RelyingServiceStore
from verifier.services.browser_sessions import PageVisit
from verifier.services.request_links import RequestLinks
from verifier.web.asked_claims import asked_sets

_QR_LABELS: Final = {
    Language.ENGLISH: "QR code of this request, for a wallet on another device",
    Language.FRENCH: "Code QR de cette demande, pour un portefeuille sur un autre appareil",
}
_LARGEST_QR: Final = 25
"""A request by reference needs version 10 or less; one with the request inside may be too large to scan."""


@dataclass(frozen=True, slots=True)
class PageView:
    """From a visit to the names that the templates use."""

    services: RelyingServiceStore
    presets: Mapping[str, Preset]
    links: RequestLinks
    clock: Clock

    async def who(self, presentation: Presentation, language: Language) -> dict[str, Any]:
        """The relying service, by its registered name and site."""
        service = await self.services.find_service(presentation.client_id)
        if service is None:
            return {"service": presentation.client_id, "site": ""}
        return {"service": service.name_in(language.locale), "site": service.site or ""}

    async def page(self, visit: PageVisit, language: Language) -> dict[str, Any]:
        """Everything of a page but what concerns forms and scripts."""
        presentation = visit.presentation
        context = await self.who(presentation, language)
        context |= self._question(presentation, language)
        context |= self._times(visit, language)
        context |= await self._ways(visit, language)
        return context | {
            "state": visit.state.value,
            "attempts_left": visit.page.attempts_left,
            "was_wrong": visit.state is PageState.CODE and visit.page.attempts_left < CODE_ATTEMPTS,
            **ended(presentation, language),
        }

    def _question(self, presentation: Presentation, language: Language) -> dict[str, Any]:
        preset, tag = self.presets.get(presentation.preset), language.locale
        kept, kept_days = _kept(preset.retention if preset else None, tag)
        evidence, evidence_days = _kept(preset.evidence if preset else None, tag)
        # Of a preset that the operator took away nothing is known any more.
        agreements = self.links.contents.transaction_data(presentation) if preset else ()
        return {
            "purpose": preset.purposes[tag].replace("'", "’") if preset else "",
            "asked": asked_sets(preset.query, language) if preset else (),
            "agreed": [item.members["text"][tag] for item in agreements],
            "kept": kept,
            "kept_days": kept_days,
            "evidence": evidence,
            "evidence_days": evidence_days,
        }

    def _times(self, visit: PageVisit, language: Language) -> dict[str, Any]:
        shown = visit.page.code_shown_at
        ends = visit.presentation.expires_at if shown is None else shown + CODE_LIFETIME
        return {"ends_at": ends, "ends_time": clock_time(ends, language)}

    async def _ways(self, visit: PageVisit, language: Language) -> dict[str, Any]:
        """How the request gets into a wallet; nothing once a wallet has answered."""
        presentation = visit.presentation
        service = await self.services.find_service(presentation.client_id)
        if visit.state not in (PageState.REQUESTED, PageState.RETRIEVED) or service is None:
            return {"is_open": False, "link": "", "qr": ""}
        link = await self.links.create(presentation, service, self.clock.now())
        qr = "" if presentation.cross_device is CrossDevice.OFF else await _drawn(link, language)
        return {"is_open": True, "link": link, "qr": qr}


async def _drawn(link: str, language: Language) -> str:
    try:
        symbol = await draw_qr_apart(link, largest_version=_LARGEST_QR)
    except QrTooLarge:
        return ""
    return symbol.svg(_QR_LABELS[language])


def _kept(retention: Retention | None, tag: str) -> tuple[str, int]:
    if retention is None or not retention.days:
        return "", 0
    return retention.purposes.get(tag, "").replace("'", "’"), retention.days


def ended(presentation: Presentation, language: Language) -> dict[str, Any]:
    """Why it was not accepted, or ended without a verdict: sentences for the person, and what to act on."""
    kinds, end = kinds_of(presentation.reasons), end_of(presentation.reasons)
    texts = [Texts(kind.english, kind.french) for kind in kinds]
    own = own_way_of(kinds)
    next_step = own.next_step if own is not None else None if end is None else end.next_step
    return {
        "reasons": [_printed(text, language) for text in dict.fromkeys(texts)],
        "outcome": outcome_of(kinds).value if kinds else "",
        "end_text": "" if end is None else _printed(end.text, language),
        "next_step": "" if next_step is None else _printed(next_step, language),
        # To quote when asking for help, where there is something to repair.
        "end_code": end.code if end is not None and end.is_fault else "",
    }


def _printed(texts: Texts, language: Language) -> str:
    """What also travels in JSON has a plain apostrophe; on a page it is a printed one."""
    return texts.by_language[language.locale].replace("'", "’")


def clock_time(moment: datetime, language: Language) -> str:
    """Hour and minute by the province's clock."""
    return format_time(moment.astimezone(CIVIL_TIME), "short", locale=language.locale.replace("-", "_"))
