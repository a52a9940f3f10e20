"""From the register's record to the claims of a type."""

import base64
import hashlib
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.claims import claims_of, suits
from issuer.domain.offer import ConfigurationId
from issuer.domain.register_claims import IssuanceFacts, age_of_path, create_document_number
from issuer.domain.resident import Address, Language, RegisterNumber, Resident, Sex
from issuer.errors import ClaimsDoNotFit
from specs.encoding import b64url_encode
from tests.issuer.domain import subjects
from tests.issuer.domain.subjects import FULL
from tests.issuer.domain.type_folders import shipped

TYPES = shipped()
PHOTO_CARD = TYPES[ConfigurationId("photo-card")]
PROOF_OF_AGE = TYPES[ConfigurationId("proof-of-age")]

PICTURE = b"\xff\xd8\xff\xe0 not a real photo"
PORTRAIT = "data:image/jpeg;base64," + base64.b64encode(PICTURE).decode()
FACTS = IssuanceFacts(date(2026, 11, 22), bytes(range(8)))
MAYA = Resident(
    register_number=RegisterNumber("ON-1000003"),
    family_name="Tremblay-O'Connor",
    given_name="Maya Élise",
    birthdate=date(2007, 11, 22),
    sex=Sex.FEMALE,
    address=Address("Unit 4, 118 Spadina Ave", "Toronto", "ON", "M5V 2K9", "CA"),
    language=Language.FRENCH,
    guardian=RegisterNumber("ON-1007922"),
    personal_administrative_number="Zm9vYmFyYmF6cXV4cXV1eA",
)


def test_photo_card_of_somebody_who_turns_19_today() -> None:
    assert claims_of(PHOTO_CARD, MAYA, FACTS) == {
        "family_name": "Tremblay-O'Connor",
        "given_name": "Maya Élise",
        "birthdate": "2007-11-22",
        "sex": "F",
        "address": {
            "street_address": "Unit 4, 118 Spadina Ave",
            "locality": "Toronto",
            "region": "ON",
            "postal_code": "M5V 2K9",
            "country": "CA",
        },
        "age_equal_or_over": {
            "14": True, "16": True, "18": True, "19": True, "21": False, "25": False, "65": False,
        },
        "personal_administrative_number": "Zm9vYmFyYmF6cXV4cXV1eA",
        "document_number": "PC-7G1A-02C0-2800",
        "issuing_authority": "Trillium",
        "issuing_country": "CA",
        "issuing_jurisdiction": "CA-ON",
    }  # fmt: skip


def test_proof_of_age_holds_nothing_but_ages_and_a_digest_of_the_picture() -> None:
    ages = {"18": True, "19": True, "21": False, "25": False, "65": False}

    assert claims_of(PROOF_OF_AGE, MAYA, FACTS) == {"age_equal_or_over": ages}
    with_portrait = claims_of(PROOF_OF_AGE, MAYA, replace(FACTS, portrait=PORTRAIT))
    assert with_portrait == {
        "age_equal_or_over": ages,
        "portrait_digest": b64url_encode(hashlib.sha256(PICTURE).digest()),
    }


def test_the_day_before_the_birthday_is_not_the_birthday() -> None:
    claims = claims_of(PROOF_OF_AGE, MAYA, replace(FACTS, today=date(2026, 11, 21)))

    assert claims["age_equal_or_over"]["19"] is False


def test_a_person_with_one_name_has_a_family_name_and_no_given_name() -> None:
    claims = claims_of(PHOTO_CARD, replace(MAYA, family_name="Nanook", given_name=None), FACTS)

    assert claims["family_name"] == "Nanook"
    assert "given_name" not in claims


def test_what_the_register_does_not_know_is_left_out() -> None:
    address = replace(MAYA.address, street_address="", postal_code="")
    claims = claims_of(PHOTO_CARD, replace(MAYA, sex=None, address=address), FACTS)

    assert "sex" not in claims
    assert "portrait" not in claims
    assert claims["address"] == {"locality": "Toronto", "region": "ON", "country": "CA"}


def test_a_person_without_address_has_no_empty_one() -> None:
    claims = claims_of(PHOTO_CARD, replace(MAYA, address=Address("", "", "", "", "")), FACTS)

    assert "address" not in claims


def test_a_portrait_is_in_the_photo_card() -> None:
    assert claims_of(PHOTO_CARD, MAYA, replace(FACTS, portrait=PORTRAIT))["portrait"] == PORTRAIT


@pytest.mark.parametrize("text", ["Élodie", "ᓯᓚ", "王", "Nguyễn", "O’Brien"])
def test_names_are_issued_in_normal_form_c(text: str) -> None:
    for form in ("NFC", "NFD"):
        decomposed = replace(MAYA, family_name=unicodedata.normalize(form, text))
        assert claims_of(PHOTO_CARD, decomposed, FACTS)["family_name"] == text


def test_the_register_number_the_guardian_and_the_language_never_leave_the_register() -> None:
    for configuration in TYPES.values():
        subject = FULL[configuration.settings.subject]
        issued = str(claims_of(configuration, subject, replace(FACTS, portrait=PORTRAIT)))
        assert "ON-10" not in issued
        assert "'language'" not in issued


DEFECTS: dict[str, tuple[Resident, IssuanceFacts, str]] = {
    "no family name": (replace(MAYA, family_name=""), FACTS, ": required"),
    "no administrative number": (replace(MAYA, personal_administrative_number=""), FACTS, ": required"),
    "name too long": (replace(MAYA, family_name="Secret" * 50), FACTS, "family_name: maxLength"),
    "region not two letters": (
        replace(MAYA, address=replace(MAYA.address, region="Secretland")),
        FACTS,
        "address.region: pattern",
    ),
    "birth in the future": (replace(MAYA, birthdate=date(2026, 11, 23)), FACTS, "birthdate"),
    "portrait is a page": (MAYA, replace(FACTS, portrait="data:text/html,Secret"), "portrait"),
    "portrait is a drawing": (MAYA, replace(FACTS, portrait="data:image/svg+xml,Secret"), "portrait"),
    "portrait too large": (
        MAYA,
        replace(FACTS, portrait="data:image/png;base64," + "A" * 80_000),
        "portrait: maxLength",
    ),
}


@pytest.mark.parametrize(("resident", "facts", "detail"), DEFECTS.values(), ids=DEFECTS.keys())
def test_a_record_that_does_not_fit_is_refused_without_telling_its_content(
    resident: Resident, facts: IssuanceFacts, detail: str
) -> None:
    with pytest.raises(ClaimsDoNotFit) as caught:
        claims_of(PHOTO_CARD, resident, facts)
    assert detail in caught.value.detail
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "age"),
    [
        (("age_equal_or_over", "19"), 19), (("age_equal_or_over", "019"), None),
        (("age_equal_or_over",), None),
        (("age_equal_or_over", "١٩"), None), (("age_equal_or_over", 19), None), (("age", "19"), None),
        (("age_equal_or_over", "19", "x"), None), (("age_equal_or_over", "old"), None),
    ],
)  # fmt: skip
def test_ages_come_from_the_paths_of_the_type(path: tuple[str | int, ...], age: int | None) -> None:
    assert age_of_path(path) == age


@given(st.binary(min_size=8, max_size=8))
def test_document_numbers_can_be_read_out(entropy: bytes) -> None:
    number = create_document_number("PC", entropy)

    assert [len(part) for part in number.split("-")] == [2, 4, 4, 4]
    assert not set("ILOU") & set(number)


def test_different_entropy_gives_different_document_numbers() -> None:
    assert len({create_document_number("PC", place.to_bytes(8, "big")) for place in range(1000)}) == 1000
    with pytest.raises(ValueError, match="random"):
        create_document_number("PC", b"1234567")


@pytest.mark.parametrize("name", [name for name, one in TYPES.items() if suits(one, MAYA)])
@given(
    days=st.integers(0, 45_000), sex=st.sampled_from([None, *Sex]), given_name=st.sampled_from([None, "A"])
)
def test_whoever_it_is_the_claims_fit_the_type(
    name: ConfigurationId, days: int, sex: Sex | None, given_name: str | None
) -> None:
    birthdate = FACTS.today - timedelta(days=days)
    resident = replace(subjects.MAYA, birthdate=birthdate, sex=sex, given_name=given_name)

    claims = claims_of(TYPES[name], resident, FACTS)
    TYPES[name].schema.check(claims)
