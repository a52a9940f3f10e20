"""Validity to the second, and every state of a status list (2.10, 3.22, 3.27)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from specs.token_status_list import StatusOutcome, StatusReference
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import AGE, ENTRY, LIST, NOW, SimulatedIssuer, stranger
from tests.verifier.services.checking import HONEST, PRESETS, TRUST, Checker, codes
from tests.verifier.surroundings import StatusesByHand
from verifier.clients.presets import read_preset_files
from verifier.domain.known_types import known_types
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected, Undetermined
from verifier.services.verify_presentation import LEEWAY

HONEST_ISSUER = SimulatedIssuer()
CREDENTIAL = HONEST_ISSUER.issue()
NUMBER = int(NOW.timestamp())
SECONDS = int(LEEWAY.total_seconds())


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NUMBER - SECONDS + 1}, None),
        ({"exp": NUMBER - SECONDS}, "expired"),
        ({"exp": NUMBER - 86_400}, "expired"),
        ({"nbf": NUMBER + SECONDS}, None),
        ({"nbf": NUMBER + SECONDS + 1}, "not_yet_valid"),
        ({"iat": NUMBER + SECONDS}, None),
        ({"iat": NUMBER + SECONDS + 1}, "not_yet_valid"),
        ({"exp": None}, "no_expiry"),
        ({"exp": str(NUMBER + 86_400)}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": -1}, "malformed"),
        ({"exp": 10**12}, "malformed"),
        ({"nbf": "soon"}, "malformed"),
        ({"iat": None}, None),
        ({"aud": "https://somebody.example"}, "wrong_audience"),
    ],
    ids=[
        "last-second", "expired", "long-expired", "first-second", "not-yet-valid", "issued-just-now",
        "issued-in-the-future", "no-exp", "exp-a-text", "exp-true", "exp-negative", "exp-in-milliseconds",
        "nbf-a-text", "no-iat", "for-somebody-else",
    ],
)  # fmt: skip
async def test_2_10_times_of_a_credential(claims: dict[str, object], code: str | None) -> None:
    checker = Checker()
    verdict = await checker.credential(HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(**claims)))
    assert codes(verdict) == ([] if code is None else [code])
    assert bool(checker.statuses.asked) is (code is None)


async def test_an_expired_credential_has_an_outcome_of_its_own() -> None:
    later = NOW + timedelta(days=91)
    verdict = await Checker(now=later).credential(CREDENTIAL, binding=replace(HONEST, issued_at=later))
    assert verdict.outcome is ClerkOutcome.EXPIRED


@pytest.mark.parametrize(
    ("outcome", "code", "clerk"),
    [
        (StatusOutcome.INVALID, "revoked", ClerkOutcome.REVOKED),
        (StatusOutcome.SUSPENDED, "suspended", ClerkOutcome.SUSPENDED),
        (StatusOutcome.UNKNOWN, "status_unknown", ClerkOutcome.CANNOT_TELL),
        (StatusOutcome.STALE, "status_stale", ClerkOutcome.CANNOT_TELL),
    ],
)
async def test_3_27_states_of_a_list(outcome: StatusOutcome, code: str, clerk: ClerkOutcome) -> None:
    checker = Checker(statuses=StatusesByHand(outcome))
    verdict = await checker.credential(CREDENTIAL)
    assert codes(verdict) == [code]
    assert verdict.outcome is clerk
    assert isinstance(verdict, Undetermined if clerk is ClerkOutcome.CANNOT_TELL else Rejected)


async def test_the_list_is_asked_about_the_entry_under_the_anchors_of_the_issuer() -> None:
    checker = Checker()
    assert isinstance(await checker.credential(CREDENTIAL), Accepted)
    assert checker.statuses.asked == [(ENTRY, HONEST_ISSUER.anchors, timedelta(seconds=60))]


async def test_each_preset_says_how_old_a_list_may_be() -> None:
    checker = Checker()
    sandbox = read_preset_files(None, production=False).resolved(known_types(TRUST))["identity"]
    await checker.card(present(CREDENTIAL, HONEST, ("family_name",), ("birthdate",)), sandbox)
    await checker.card(present(CREDENTIAL, HONEST, ("family_name",), ("birthdate",)), PRESETS["identity"])
    assert [asked[2].total_seconds() for asked in checker.statuses.asked] == [0, 60]


async def test_a_credential_without_a_status_is_not_trusted() -> None:
    verdict = await Checker().credential(HONEST_ISSUER.issue(status=None))
    assert codes(verdict) == ["no_status"]
    assert verdict.outcome is ClerkOutcome.NOT_TRUSTED


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ({}, "no_status"),
        ({"identifier_list": {"id": "x", "uri": LIST}}, "no_status"),
        ({"status_list": {}}, "malformed"),
        ({"status_list": {"idx": -1, "uri": LIST}}, "malformed"),
        ({"status_list": {"idx": "7", "uri": LIST}}, "malformed"),
        ({"status_list": {"idx": True, "uri": LIST}}, "malformed"),
        ({"status_list": {"idx": 1.5, "uri": LIST}}, "malformed"),
        ({"status_list": {"idx": 7}}, "malformed"),
        ({"status_list": {"idx": 7, "uri": "file:///etc/passwd"}}, "malformed"),
        ({"status_list": {"idx": 7, "uri": "javascript:alert(1)"}}, "malformed"),
        ({"status_list": {"idx": 7, "uri": [LIST]}}, "malformed"),
        ({"status_list": [7, LIST]}, "malformed"),
        ([], "malformed"),
        ("valid", "malformed"),
    ],
    ids=[
        "empty", "another-mechanism", "empty-list", "negative", "index-a-text", "index-true", "fraction",
        "no-uri", "file", "script", "uri-an-array", "array", "status-an-array", "text",
    ],
)  # fmt: skip
async def test_malformed_statuses_are_never_taken_for_none(status: object, code: str) -> None:
    checker = Checker()
    verdict = await checker.credential(HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(status=status)))
    assert codes(verdict) == [code]
    assert not checker.statuses.asked


async def test_3_22_nothing_is_fetched_for_what_is_refused_anyway() -> None:
    """An attacker's credential must not make us call the attacker's server."""
    checker = Checker()
    trap = StatusReference("https://internal.example/", 1)
    await checker.credential(stranger().issue(status=trap))
    await checker.credential(HONEST_ISSUER.issue({"age_equal_or_over": {"19": False}}, status=trap))
    assert not checker.statuses.asked


async def test_5_26_of_two_cards_one_that_is_valid_is_enough() -> None:
    other = StatusReference(f"{LIST}0", 3)
    age = present(HONEST_ISSUER.issue_proof_of_age(AGE, status=other), HONEST, NINETEEN)
    token = {"photo_card": [present(CREDENTIAL, HONEST, NINETEEN)], "proof_of_age": [age]}
    for states, clerk in (
        ({LIST: StatusOutcome.UNKNOWN, other.uri: StatusOutcome.INVALID}, ClerkOutcome.REVOKED),
        ({LIST: StatusOutcome.SUSPENDED, other.uri: StatusOutcome.UNKNOWN}, ClerkOutcome.SUSPENDED),
        ({LIST: StatusOutcome.UNKNOWN, other.uri: StatusOutcome.STALE}, ClerkOutcome.CANNOT_TELL),
        ({LIST: StatusOutcome.VALID, other.uri: StatusOutcome.STALE}, ClerkOutcome.VALID),
        ({LIST: StatusOutcome.INVALID, other.uri: StatusOutcome.VALID}, ClerkOutcome.VALID),
        ({LIST: StatusOutcome.VALID, other.uri: StatusOutcome.VALID}, ClerkOutcome.VALID),
    ):
        checker = Checker(statuses=StatusesByHand(by_uri=states))
        assert (await checker.decide(token, "age-19-or-over")).outcome is clerk
        assert len(checker.statuses.asked) == 2
