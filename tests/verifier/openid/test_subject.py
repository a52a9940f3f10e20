"""Who a person is to a client: pairwise, keyed, nobody where nothing identifying is asked (7.08, 7.09)."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.openid.presets import SHIPPED, card, path, preset, shipped
from verifier.domain.openid.client import AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.openid.subject import SUBJECT_RANDOM_BYTES, subject_mode_of, subject_of
from verifier.domain.preset import Preset, SubjectMode
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.openid_errors import StableClaimMissing

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ISSUER = "https://issuer.example"
NUMBER = "q7GkT0cJ2mVbXw4n"
NUMBER_PATH = path("personal_administrative_number")


@dataclass(frozen=True)
class Key:
    """A secret, as ``keys.Secret`` has it."""

    key: bytes = b"k" * 32

    def mac(self, data: bytes) -> bytes:
        return hmac.digest(self.key, data, "sha256")


def client(sector: str = "library.example", mode: SubjectMode = SubjectMode.STABLE) -> RegisteredClient:
    client_id = ClientId(f"oc-{sector}")
    return RegisteredClient(
        RelyingService(client_id, bytes(32), (("en-CA", "Library"),), ("test",), NOW),
        OpenIdClient(
            client_id=client_id,
            redirect_uris=(f"https://{sector}/back",),
            auth_method=AuthMethod.NONE,
            sector=sector,
            subject_mode=mode,
            created_at=NOW,
        ),
    )


def asking(mode: SubjectMode = SubjectMode.STABLE, preset_id: str = "test") -> Preset:
    return preset(card(NUMBER_PATH), mode=mode, preset_id=preset_id)


def sub(
    who: RegisteredClient | None = None,
    asked: Preset | None = None,
    *,
    number: Any = NUMBER,
    issuer: str = ISSUER,
    key: bytes = b"k" * 32,
    random: bytes | None = None,
) -> str:
    return subject_of(
        who or client(),
        asked or asking(),
        {"card": {"personal_administrative_number": number}},
        issuer,
        secret=Key(key),
        random=random or os.urandom(SUBJECT_RANDOM_BYTES),
    )


def test_7_08_the_same_person_is_the_same_to_one_sector() -> None:
    assert sub() == sub()
    assert sub(asked=asking(preset_id="another")) == sub()
    assert len(sub()) == 43


@pytest.mark.parametrize(
    "changed",
    [
        {"who": client("shop.example")},
        {"number": "another number...."},
        {"issuer": "https://other-issuer.example"},
        {"key": b"l" * 32},
    ],
    ids=["sector", "person", "issuer of the credential", "key"],
)
def test_7_08_anything_else_is_somebody_else(changed: dict[str, Any]) -> None:
    assert sub(**changed) != sub()


def test_7_08_nobody_without_the_key_can_make_or_check_a_subject() -> None:
    """7.17: neither the claim itself nor a hash of it that could be guessed."""
    for text in (NUMBER, f"library.example{NUMBER}", f"library.example{ISSUER}{NUMBER}"):
        digest = hashlib.sha256(text.encode()).digest()
        assert sub() not in (digest.hex(), text)
    assert NUMBER not in sub()


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_7_08_parts_do_not_run_into_each_other(first: str, second: str, third: str) -> None:
    """What the issuer's name ends with is not what the number begins with."""
    whole, moved = (first + second, third), (first, second + third)
    assert sub(issuer=whole[0], number=whole[1]) != sub(issuer=moved[0], number=moved[1])


def test_7_09_per_preset_no_two_presets_know_one_person() -> None:
    mode = SubjectMode.PER_PRESET
    one, other = asking(mode, "one"), asking(mode, "other")
    assert sub(asked=one) == sub(asked=one)
    assert sub(asked=one) != sub(asked=other)
    assert sub(asked=one) != sub(asked=asking(SubjectMode.STABLE, "one"))


def test_7_09_ephemeral_is_new_each_time_and_looks_like_any_other() -> None:
    mode = SubjectMode.EPHEMERAL
    found = {sub(client(mode=mode)) for _ in range(20)} | {sub(asked=asking(mode)) for _ in range(20)}
    assert len(found) == 40
    assert {len(one) for one in found} == {len(sub())}


ORDER = (SubjectMode.EPHEMERAL, SubjectMode.PER_PRESET, SubjectMode.STABLE)


@pytest.mark.parametrize("of_client", ORDER)
@pytest.mark.parametrize("of_preset", ORDER)
def test_7_09_the_less_of_what_client_and_preset_allow(
    of_client: SubjectMode, of_preset: SubjectMode
) -> None:
    expected = ORDER[min(ORDER.index(of_client), ORDER.index(of_preset))]
    assert subject_mode_of(client(mode=of_client), asking(of_preset)) is expected


@pytest.mark.parametrize("preset_id", [one for one in SHIPPED if one != "sign-in"])
def test_7_09_where_nothing_identifying_is_asked_nobody_is_recognised(preset_id: str) -> None:
    asked = shipped(preset_id)
    assert subject_mode_of(client(), asked) is SubjectMode.EPHEMERAL
    assert len({sub(asked=asked) for _ in range(5)}) == 5


def test_7_09_sign_in_recognises_people_for_clients_that_are_registered_so() -> None:
    assert subject_mode_of(client(), shipped("sign-in")) is SubjectMode.STABLE
    assert subject_mode_of(client(mode=SubjectMode.EPHEMERAL), shipped("sign-in")) is SubjectMode.EPHEMERAL


@pytest.mark.parametrize("number", [None, "", 7, ["q7GkT0cJ2mVbXw4n"], True])
def test_5_33_without_the_number_there_is_no_subject(number: Any) -> None:
    """Everybody without it would be one person."""
    with pytest.raises(StableClaimMissing):
        sub(number=number)


def test_5_33_without_the_issuer_of_the_credential_there_is_no_subject() -> None:
    with pytest.raises(StableClaimMissing):
        sub(issuer="")


def test_5_33_the_number_of_another_credential_does_not_count() -> None:
    asked = preset(card(path("given_name"), query_id="other"), card(NUMBER_PATH))
    with pytest.raises(StableClaimMissing):
        subject_of(
            client(),
            asked,
            {"other": {"personal_administrative_number": NUMBER}, "card": {}},
            ISSUER,
            secret=Key(),
            random=bytes(SUBJECT_RANDOM_BYTES),
        )
