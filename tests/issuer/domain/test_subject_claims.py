"""Claims about births, licences, health coverage, residence, businesses, authority and guardianship."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from issuer.domain.business import BusinessStatus, Signing
from issuer.domain.claims import claims_of, suits
from issuer.domain.offer import ConfigurationId
from issuer.domain.register_claims import IssuanceFacts
from issuer.domain.resident import Address
from issuer.domain.subject import (
    Guardianship,
    SigningAuthority,
    Subject,
    SubjectKind,
    is_in_force,
    kind_of,
    name_of,
)
from issuer.domain.subject_claims import GUARDIANSHIP_CLAIMS, KNOWN_CLAIMS, is_known_claim, subject_claims
from issuer.errors import ClaimsDoNotFit, CredentialNotForSubject
from tests.issuer.domain.subjects import (
    ARJUN,
    BAKERY,
    FULL,
    IN_MAYAS_HANDS,
    MAYA,
    NOBODY_KNOWS,
    SILA,
    SPARSE,
    STALL,
    TODAY,
)
from tests.issuer.domain.type_folders import shipped

TYPES = shipped()
FACTS = IssuanceFacts(TODAY, bytes(range(8)))
AUTHORITY = FULL[SubjectKind.SIGNING_AUTHORITY]
ISSUED = {"issuing_authority": "Trillium", "issuing_country": "CA", "issuing_jurisdiction": "CA-ON"}


def claims(name: str, subject: Subject, **facts: Any) -> dict[str, Any]:
    return claims_of(TYPES[ConfigurationId(name)], subject, replace(FACTS, **facts))


def test_journey_4_every_licence_class_is_answered() -> None:
    found = claims("drivers-licence", MAYA)

    answers = dict.fromkeys(("A", "B", "C", "D", "E", "F", "G", "G1", "G2", "M", "M1", "M2"), False)
    assert found["ca.on.licence_class"] == answers | {"G": True, "M": True}
    assert found["ca.on.licence_conditions"] == ["X"]
    assert found["ca.on.licence_expires_on"] == "2030-07-28"
    assert "sex" not in found
    assert claims("drivers-licence", SILA)["ca.on.licence_conditions"] == []


def test_a_licence_that_has_run_out_is_no_licence() -> None:
    assert claims("drivers-licence", SILA)["ca.on.licence_expires_on"] == "2026-11-22"
    with pytest.raises(ClaimsDoNotFit, match="required"):
        claims("drivers-licence", SILA, today=date(2026, 11, 23))


def test_health_card() -> None:
    found = claims("health-card", MAYA)

    assert (found["ca.on.health_number"], found["ca.on.health_card_version"]) == ("9493739644", "BD")
    assert "address" not in found


def test_birth_certificate_of_somebody_with_two_parents_and_of_somebody_with_none() -> None:
    found = claims("birth-certificate", MAYA)

    assert found["place_of_birth"] == {"locality": "Toronto", "region": "ON", "country": "CA"}
    assert found["birth_family_name"] == "Tremblay"
    assert found["ca.on.parents"] == [
        {"family_name": "Tremblay", "given_name": "Hélène"},
        {"family_name": "O'Connor", "given_name": "Owen"},
    ]
    assert found["ca.on.birth_registration_number"] == "1994983690"
    other = claims("birth-certificate", SILA)
    assert other["ca.on.parents"] == []
    assert "birth_family_name" not in other


def test_journey_2_residence_is_a_city_and_a_postal_prefix_and_no_name_nor_street() -> None:
    assert claims("proof-of-residence", MAYA) == {
        "address": {"locality": "Toronto", "region": "ON", "country": "CA"},
        "ca.on.postal_prefix": "M5V",
    }


@pytest.mark.parametrize(
    "address", [Address("1 rue X", "Gatineau", "QC", "J8X 1A1", "CA"), Address("", "", "", "", "")]
)
def test_who_does_not_live_in_the_province_gets_no_proof_of_it(address: Address) -> None:
    with pytest.raises(ClaimsDoNotFit):
        claims("proof-of-residence", replace(MAYA, address=address))


@pytest.mark.parametrize(
    "name", ["drivers-licence", "health-card", "birth-certificate", "proof-of-residence"]
)
def test_what_the_register_does_not_have_is_not_made_up(name: str) -> None:
    with pytest.raises(ClaimsDoNotFit):
        claims(name, NOBODY_KNOWS)


def test_business_registration() -> None:
    assert claims("business-registration", BAKERY) == {
        "ca.on.business_number": "BR-100303247",
        "ca.on.business_name": {"en": "Golden Ear Bakery Inc.", "fr": "Boulangerie L’Épi doré inc."},
        "ca.on.business_type": "corporation",
        "ca.on.business_registered_on": "2009-03-02",
        "address": {
            "street_address": "1450, rue Notre-Dame",
            "locality": "Sudbury",
            "region": "ON",
            "postal_code": "P3E 4L6",
            "country": "CA",
        },
        "ca.on.directors": [
            {"family_name": "Tremblay-O'Connor", "given_name": "Maya Élise", "position": "director"},
            {"family_name": "Nanook", "position": "officer"},
        ],
        **ISSUED,
    }


def test_a_business_with_one_name_has_one() -> None:
    found = claims("business-registration", STALL)

    assert found["ca.on.business_name"] == {"fr": "Boulangerie L’Épi doré inc."}
    assert found["ca.on.directors"] == []


def test_journey_5_authority_for_a_business() -> None:
    assert claims("business-authority", AUTHORITY) == {
        "family_name": "Tremblay-O'Connor",
        "given_name": "Maya Élise",
        "birthdate": "1994-06-14",
        "ca.on.business_number": "BR-100303247",
        "ca.on.business_name": {"en": "Golden Ear Bakery Inc.", "fr": "Boulangerie L’Épi doré inc."},
        "ca.on.position": "director",
        "ca.on.signing": "alone",
        **ISSUED,
    }


def test_journey_8_a_childs_card_in_a_guardians_hands_has_the_childs_claims_and_says_whose_hands() -> None:
    held, own = claims("photo-card", IN_MAYAS_HANDS), claims("photo-card", ARJUN)

    assert held.pop("ca.on.holder_role") == "guardian"
    assert held.pop("ca.on.guardian") == {"family_name": "Tremblay-O'Connor", "given_name": "Maya Élise"}
    assert held == own
    assert held["birthdate"] == "2012-09-30"


def test_a_guardian_with_one_name_is_named_by_it() -> None:
    found = claims("photo-card", Guardianship(ARJUN, SILA))

    assert found["ca.on.guardian"] == {"family_name": "Nanook"}


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("photo-card", {"person", "guardian"}),
        ("health-card", {"person", "guardian"}),
        ("birth-certificate", {"person", "guardian"}),
        ("drivers-licence", {"person"}),
        ("proof-of-age", {"person"}),
        ("proof-of-residence", {"person"}),
        ("business-registration", {"business"}),
        ("business-authority", {"authority"}),
    ],
)
def test_a_type_is_issued_about_what_it_is_about(name: str, fitting: set[str]) -> None:
    everybody: dict[str, Subject] = {
        "person": MAYA, "guardian": IN_MAYAS_HANDS, "business": BAKERY, "authority": AUTHORITY,
    }  # fmt: skip
    assert {who for who, one in everybody.items() if suits(TYPES[ConfigurationId(name)], one)} == fitting
    for who in everybody.keys() - fitting:
        with pytest.raises(CredentialNotForSubject):
            claims(name, everybody[who])


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (Guardianship(replace(ARJUN, birthdate=date(2008, 11, 22)), MAYA), "photo-card"),
        (replace(BAKERY, status=BusinessStatus.DISSOLVED), "business-registration"),
        (
            SigningAuthority(BAKERY, MAYA, replace(BAKERY.signatories[0], signing=Signing.NONE)),
            "business-authority",
        ),
        (
            SigningAuthority(replace(BAKERY, status=BusinessStatus.DISSOLVED), MAYA, BAKERY.signatories[0]),
            "business-authority",
        ),
    ],
    ids=["came of age today", "dissolved", "may not sign", "for a dissolved business"],
)
def test_a_capacity_that_does_not_stand_today_is_issued_nothing(subject: Subject, name: str) -> None:
    assert not is_in_force(subject, TODAY)
    with pytest.raises(CredentialNotForSubject, match="not in force"):
        claims(name, subject)


def test_the_day_before_the_birthday_a_guardian_still_holds_the_card() -> None:
    child = replace(ARJUN, birthdate=date(2008, 11, 23))

    assert is_in_force(Guardianship(child, MAYA), TODAY)
    assert claims("photo-card", Guardianship(child, MAYA))["ca.on.holder_role"] == "guardian"


def test_everything_that_types_may_ask_for_is_said() -> None:
    """And nothing else: no number of a register, no language, no list of children."""

    def paths(members: dict[str, Any]) -> set[tuple[str, ...]]:
        return {
            path
            for name, value in members.items()
            for path in ([(name, part) for part in value] if isinstance(value, dict) else [(name,)])
            if name != "age_equal_or_over"
        }

    held = Guardianship(MAYA, MAYA)
    said = {SubjectKind.PERSON: subject_claims(held, FACTS, ())}
    said |= {kind: subject_claims(FULL[kind], FACTS, ()) for kind in SubjectKind if kind not in said}
    assert {kind: paths(members) for kind, members in said.items()} == dict(KNOWN_CLAIMS)
    assert KNOWN_CLAIMS[SubjectKind.PERSON] > GUARDIANSHIP_CLAIMS


@pytest.mark.parametrize(
    ("kind", "path", "known"),
    [
        (SubjectKind.PERSON, ("age_equal_or_over", "19"), True),
        (SubjectKind.BUSINESS, ("age_equal_or_over", "19"), False),
        (SubjectKind.PERSON, ("ca.on.parents", None, "given_name"), True),
        (SubjectKind.PERSON, ("ca.on.directors",), False),
        (SubjectKind.BUSINESS, ("ca.on.directors", None), True),
        (SubjectKind.SIGNING_AUTHORITY, ("birthdate",), True),
        (SubjectKind.SIGNING_AUTHORITY, ("sex",), False),
    ],
)
def test_what_a_type_may_ask_for_depends_on_what_it_is_about(
    kind: SubjectKind, path: tuple[str | None, ...], known: bool
) -> None:
    assert is_known_claim(kind, path) is known


def test_subjects_are_called_by_their_names() -> None:
    assert [name_of(one) for one in (MAYA, SILA, IN_MAYAS_HANDS, STALL, AUTHORITY)] == [
        "Maya Élise Tremblay-O'Connor",
        "Nanook",
        "Arjun Singh",
        "Boulangerie L’Épi doré inc.",
        "Maya Élise Tremblay-O'Connor, Golden Ear Bakery Inc.",
    ]
    assert kind_of(IN_MAYAS_HANDS) is SubjectKind.PERSON
    assert {kind_of(one) for one in SPARSE.values()} == set(SubjectKind)
