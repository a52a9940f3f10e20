"""The register of residents behind a ministry's own API (``ISSUER_DIRECTORY_URL``, docs/ministry-api.md).

Nothing is kept here: no copy, no cache, no queue. What a person's credential needs is asked for when it is
made, and is gone when it is signed. While the ministry does not answer, nothing is issued.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from issuer.clients.ministry_messages import (
    MAX_ANSWER_BYTES,
    REQUEST_ID_BYTES,
    AnswerT,
    BusinessesAnswer,
    HoldingsAnswer,
    Question,
    ResidentAnswer,
    ResidentsAnswer,
    SubjectAnswer,
    parse_answer,
    prepare_question,
)
from issuer.domain.business import Business, BusinessNumber, NewBusiness
from issuer.domain.circuit import Circuit, CircuitOpen, admit, failed, succeeded
from issuer.domain.event import SubjectRef
from issuer.domain.resident import NewResident, PutCounts, RegisterNumber, Resident
from issuer.domain.subject import Holding, Subject
from issuer.errors import DirectoryUnavailable, RegisterIsElsewhere
from issuer.ports import Clock, Randomness
from keys.errors import CustodyError
from keys.signer import Signer
from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient, Reply

_JSON: Final = "application/json"
_RETRY_HEADER: Final = "retry-after"
_LONGEST_WAIT: Final = 300
_TRIAL_MARGIN: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class MinistryAccess:
    """Where the ministry is, who asks, and how long an answer may take.

    ``url``: also the audience of every question. ``issuer``: the credential issuer identifier.
    """

    url: str
    issuer: str
    signer: Callable[[datetime], Signer]
    timeout: timedelta


class MinistryApi:
    """``ports.SubjectDirectory``. One circuit for all its callers in a process."""

    def __init__(
        self, access: MinistryAccess, client: OutgoingClient, clock: Clock, randomness: Randomness
    ) -> None:
        self._access = access
        self._client = client
        self._clock = clock
        self._randomness = randomness
        self._circuit = Circuit()

    @property
    def circuit(self) -> Circuit:
        """How the ministry has answered of late."""
        return self._circuit

    async def get(self, subject_ref: SubjectRef) -> Resident | None:
        answer = await self._ask("resident", {"subject_ref": subject_ref}, ResidentAnswer)
        return answer.resident

    async def search(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Resident]]:
        answer = await self._ask("search", {"text": text, "limit": limit}, ResidentsAnswer)
        return answer.pairs()[:limit]

    async def subject(self, subject_ref: SubjectRef) -> Subject | None:
        answer = await self._ask("subject", {"subject_ref": subject_ref}, SubjectAnswer)
        return None if answer.subject is None else answer.subject.subject()

    async def holdings(self, subject_ref: SubjectRef) -> Sequence[Holding]:
        return (await self._ask("holdings", {"subject_ref": subject_ref}, HoldingsAnswer)).all()

    async def search_businesses(self, text: str, *, limit: int) -> Sequence[tuple[SubjectRef, Business]]:
        answer = await self._ask("search_businesses", {"text": text, "limit": limit}, BusinessesAnswer)
        return answer.pairs()[:limit]

    async def _ask(self, question: str, parameters: Mapping[str, Any], kind: type[AnswerT]) -> AnswerT:
        """One question, within the time and the size, unless the ministry is being left alone."""
        now = self._clock.now()
        try:
            self._circuit = admit(self._circuit, now, trial=self._access.timeout + _TRIAL_MARGIN)
        except CircuitOpen as error:
            raise DirectoryUnavailable("circuit open", retry_after=error.retry_after) from None
        generation = self._circuit.generation
        try:
            answer = parse_answer(kind, await self._exchange(question, parameters, now))
        except DirectoryUnavailable as error:
            wait = timedelta(seconds=error.retry_after if error.wait_was_asked_for else 0)
            self._circuit = failed(self._circuit, generation, self._clock.now(), wait=wait)
            raise
        self._circuit = succeeded(self._circuit, generation)
        return answer

    async def _exchange(self, question: str, parameters: Mapping[str, Any], now: datetime) -> bytes:
        access = self._access
        try:
            signer = access.signer(now)
            asked = Question(question, parameters, access.issuer, access.url)
            prepared = prepare_question(asked, signer, now, self._randomness.token_bytes(REQUEST_ID_BYTES))
            body = prepared.attach(await signer.sign(prepared.data)).encode("ascii")
            reply = await self._client.post(
                access.url,
                body,
                content_type="application/jwt",
                max_bytes=MAX_ANSWER_BYTES,
                headers={"Accept": _JSON},
            )
        except OutgoingCallFailed as error:
            raise DirectoryUnavailable(f"{type(error).__name__}: {error.detail}") from error
        except CustodyError as error:
            raise DirectoryUnavailable(f"no key to sign questions with: {error.code}") from error
        if reply.status != HTTPStatus.OK:
            raise DirectoryUnavailable(f"status {reply.status}", **_wait_of(reply))
        if reply.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            raise DirectoryUnavailable("not application/json")
        return reply.body


def _wait_of(reply: Reply) -> dict[str, Any]:
    """What ``Retry-After`` of a 429 or 503 asks for, within reason (RFC 9110 section 10.2.3)."""
    text = reply.headers.get(_RETRY_HEADER, "")
    if reply.status not in (429, 503) or not (text.isascii() and text.isdigit()) or len(text) > 6:
        return {}
    return {"retry_after": min(max(1, int(text)), _LONGEST_WAIT), "wait_was_asked_for": True}


class RegisterOfTheMinistry:
    """``ports.Register`` where the register is a ministry's: nothing is imported here.

    Every method raises RegisterIsElsewhere.
    """

    async def known(self) -> frozenset[RegisterNumber]:
        raise RegisterIsElsewhere

    async def put(self, residents: Sequence[NewResident]) -> PutCounts:
        raise RegisterIsElsewhere

    async def known_businesses(self) -> frozenset[BusinessNumber]:
        raise RegisterIsElsewhere

    async def put_businesses(self, businesses: Sequence[NewBusiness]) -> PutCounts:
        raise RegisterIsElsewhere
