"""The messages of the ministry's API (docs/ministry-api.md): signed questions, answers read strictly.

The members of persons and businesses are those of ``issuer.domain``: one description for both. A member that
is not in it is refused, so that a ministry that begins to send more than was agreed is noticed, and what it
sends too much reaches nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from issuer.domain.business import Business, Signatory
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Resident
from issuer.domain.subject import Guardianship, Holding, SigningAuthority, Subject
from issuer.errors import DirectoryUnavailable
from keys.signer import Signer
from specs.encoding import EncodingError, b64url_encode, create_json, parse_json, to_numeric_date
from specs.jose import SigningInput, prepare_jws

REQUEST_TYPE: Final = "trillium-register-request+jwt"
REQUEST_LIFETIME: Final = timedelta(seconds=60)
REQUEST_ID_BYTES: Final = 16
MAX_ANSWER_BYTES: Final = 256 * 1024

_Ref = Annotated[SubjectRef, Field(min_length=1, max_length=128)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ResidentAnswer(_Answer):
    """To ``resident``; null when the register has nobody of that reference."""

    resident: Resident | None


class _Found(_Answer):
    subject_ref: _Ref
    resident: Resident


class ResidentsAnswer(_Answer):
    """To ``search``."""

    residents: tuple[_Found, ...]

    def pairs(self) -> list[tuple[SubjectRef, Resident]]:
        return [(one.subject_ref, one.resident) for one in self.residents]


class _FoundBusiness(_Answer):
    subject_ref: _Ref
    business: Business


class BusinessesAnswer(_Answer):
    """To ``search_businesses``."""

    businesses: tuple[_FoundBusiness, ...]

    def pairs(self) -> list[tuple[SubjectRef, Business]]:
        return [(one.subject_ref, one.business) for one in self.businesses]


class _PersonMessage(_Answer):
    kind: Literal["person"]
    person: Resident

    def subject(self) -> Subject:
        return self.person


class _GuardianshipMessage(_Answer):
    kind: Literal["guardianship"]
    child: Resident
    guardian: Resident

    def subject(self) -> Subject:
        return Guardianship(self.child, self.guardian)


class _BusinessMessage(_Answer):
    kind: Literal["business"]
    business: Business

    def subject(self) -> Subject:
        return self.business


class _AuthorityMessage(_Answer):
    kind: Literal["signing_authority"]
    business: Business
    person: Resident
    signatory: Signatory

    def subject(self) -> Subject:
        return SigningAuthority(self.business, self.person, self.signatory)


_SubjectMessage: TypeAlias = Annotated[
    _PersonMessage | _GuardianshipMessage | _BusinessMessage | _AuthorityMessage, Field(discriminator="kind")
]


class SubjectAnswer(_Answer):
    """To ``subject``; null when the reference names nothing, or not in this capacity any more."""

    subject: _SubjectMessage | None


class _HoldingMessage(_Answer):
    subject_ref: _Ref
    subject: _SubjectMessage


class HoldingsAnswer(_Answer):
    """To ``holdings``."""

    holdings: tuple[_HoldingMessage, ...]

    def all(self) -> Sequence[Holding]:
        return [Holding(one.subject_ref, one.subject.subject()) for one in self.holdings]


AnswerT = TypeVar("AnswerT", bound=_Answer)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom and of whom. ``audience``: the address of the API, exactly as configured."""

    question: str
    parameters: Mapping[str, Any]
    issuer: str
    audience: str


def prepare_question(question: Question, signer: Signer, now: datetime, random: bytes) -> SigningInput:
    """The signed question: everything that matters is inside the signature, nothing is in the URL."""
    claims = {
        "iss": question.issuer,
        "aud": question.audience,
        "iat": to_numeric_date(now),
        "exp": to_numeric_date(now + REQUEST_LIFETIME),
        "jti": b64url_encode(random),
        "question": question.question,
        "parameters": dict(question.parameters),
    }
    header = {"alg": signer.algorithm.value, "typ": REQUEST_TYPE, "kid": signer.key_id}
    return prepare_jws(header, create_json(claims))


def parse_answer(kind: type[AnswerT], body: bytes) -> AnswerT:
    """The typed answer.

    Raises DirectoryUnavailable: not JSON, a member too many, too few or of another type. The places are in
    the detail, without values and without names that the ministry chose.
    """
    try:
        # Strictly first: the next parser would let the second of two members of one name win.
        parse_json(body, max_bytes=MAX_ANSWER_BYTES)
        return kind.model_validate_json(body)
    except EncodingError as error:
        raise DirectoryUnavailable(f"not an answer: {error.code}") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        places = [_place(one["loc"], one["type"]) for one in wrong]
        raise DirectoryUnavailable(f"not an answer: {'; '.join(places[:5])}") from None


def _place(location: tuple[int | str, ...], kind: str) -> str:
    parts = [str(part) for part in location]
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        parts[-1] = "(unknown)"
    return f"{'.'.join(parts)}: {kind}"
