"""Claims are looked for in the directory, whatever the reference names; nothing is guessed."""

from datetime import UTC, date, datetime

import pytest

from issuer.domain.business import Signing
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.subject import SigningAuthority
from issuer.errors import CredentialNotForSubject, DirectoryUnavailable
from issuer.services.find_claims import FindClaims
from specs.openid4vci.errors import CredentialRequestDenied
from tests.issuer.domain.subjects import ARJUN, BAKERY, IN_MAYAS_HANDS, MAYA, STALL
from tests.issuer.domain.type_folders import shipped
from tests.issuer.surroundings import RegisterInMemory, RepeatableRandomness

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DIRECTOR = BAKERY.signatories[0]
M, A, HELD, B, AUTHORITY = (SubjectRef(name) for name in ("maya", "arjun", "held", "bakery", "authority"))


def register() -> RegisterInMemory:
    return RegisterInMemory(
        {M: MAYA, A: ARJUN},
        {B: BAKERY},
        {HELD: IN_MAYAS_HANDS, AUTHORITY: SigningAuthority(BAKERY, MAYA, DIRECTOR)},
    )


def configuration(name: str) -> CredentialConfiguration:
    return shipped()[ConfigurationId(name)]


async def find(name: str, ref: SubjectRef, where: RegisterInMemory | None = None) -> dict[str, object]:
    use_case = FindClaims(where or register(), RepeatableRandomness(), lambda _now: date(2026, 11, 22))
    return await use_case(configuration(name), ref, NOW)


@pytest.mark.parametrize(
    ("name", "ref", "claim", "value"),
    [
        ("photo-card", M, "birthdate", "1994-06-14"),
        ("photo-card", A, "birthdate", "2012-09-30"),
        ("photo-card", HELD, "birthdate", "2012-09-30"),
        ("business-registration", B, "ca.on.business_number", "BR-100303247"),
        ("business-authority", AUTHORITY, "ca.on.signing", "alone"),
    ],
)
async def test_a_reference_names_whom_the_claims_are_about(
    name: str, ref: SubjectRef, claim: str, value: str
) -> None:
    assert (await find(name, ref))[claim] == value


async def test_only_the_card_in_the_guardians_hands_says_so() -> None:
    assert (await find("photo-card", HELD))["ca.on.holder_role"] == "guardian"
    assert "ca.on.holder_role" not in await find("photo-card", A)
    assert "ca.on.holder_role" not in await find("photo-card", M)


@pytest.mark.parametrize("name", ["business-registration", "business-authority"])
async def test_who_signed_in_gets_what_their_one_business_is_about(name: str) -> None:
    assert (await find(name, M))["ca.on.business_number"] == "BR-100303247"


@pytest.mark.parametrize("name", ["business-registration", "business-authority"])
async def test_whose_business_is_not_guessed_when_there_are_several_or_none(name: str) -> None:
    with pytest.raises(CredentialNotForSubject, match="0 holdings"):
        await find(name, A)
    where = register()
    where.businesses[SubjectRef("stall")] = STALL
    where.capacities[SubjectRef("other")] = SigningAuthority(STALL, MAYA, DIRECTOR)
    with pytest.raises(CredentialNotForSubject, match="2 holdings"):
        await find(name, M, where)


async def test_a_business_in_which_somebody_may_not_sign_is_not_counted() -> None:
    where = register()
    silent = SigningAuthority(
        STALL, MAYA, type(DIRECTOR)(MAYA.register_number, DIRECTOR.position, Signing.NONE)
    )
    where.capacities[SubjectRef("other")] = silent
    assert (await find("business-authority", M, where))["ca.on.business_number"] == "BR-100303247"


@pytest.mark.parametrize(
    ("name", "ref"),
    [("drivers-licence", HELD), ("photo-card", B), ("business-authority", B), ("photo-card", AUTHORITY)],
)
async def test_a_type_that_is_about_something_else_is_refused(name: str, ref: SubjectRef) -> None:
    with pytest.raises(CredentialNotForSubject):
        await find(name, ref)


async def test_nobody_gets_nothing() -> None:
    with pytest.raises(CredentialRequestDenied):
        await find("photo-card", SubjectRef("nobody"))


async def test_a_register_that_does_not_answer_is_told() -> None:
    class Silent(RegisterInMemory):
        async def get(self, subject_ref: SubjectRef) -> None:
            raise DirectoryUnavailable

    with pytest.raises(DirectoryUnavailable):
        await find("photo-card", M, Silent())
