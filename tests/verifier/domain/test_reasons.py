"""The table of reasons: codes, languages, and which error of a standard stands for which reason."""

import importlib
import inspect
from collections.abc import Iterator

import pytest

from specs.errors import ProtocolError
from specs.jose import AnchorInChain, Expired, InvalidClaims, IssuedInTheFuture, NotYetValid, WrongAudience
from specs.jose.errors import InvalidCertificateChain
from specs.token_status_list import InvalidStatusReference, UnsupportedStatusMechanism
from verifier.domain import reasons
from verifier.domain.outcomes import OUTCOME_TEXTS, advice_of, own_way_of
from verifier.domain.reason_of_error import kind_of, reason_of
from verifier.domain.verdict import ClerkOutcome, ReasonKind
from verifier.errors import IssuerKeysUnavailable, TrustUnavailable

SD_JWT = "specs.sd_jwt.errors"
CREDENTIAL = "specs.sd_jwt_vc.credential_errors"
CHAINS = "specs.jose.errors"
EXPECTED: dict[str, ReasonKind] = {
    "KeyBindingNonceWrong": reasons.REPLAYED,
    "KeyBindingTimeWrong": reasons.WRONG_TIME,
    "KeyBindingAudienceWrong": reasons.WRONG_AUDIENCE,
    "KeyBindingError": reasons.BAD_HOLDER_BINDING,
    "KeyBindingMissing": reasons.BAD_HOLDER_BINDING,
    "KeyBindingUnexpected": reasons.BAD_HOLDER_BINDING,
    "KeyBindingTypeWrong": reasons.BAD_HOLDER_BINDING,
    "KeyBindingAlgorithmNotAllowed": reasons.BAD_HOLDER_BINDING,
    "KeyBindingSignatureInvalid": reasons.BAD_HOLDER_BINDING,
    "KeyBindingHashWrong": reasons.BAD_HOLDER_BINDING,
    "MalformedKeyBinding": reasons.BAD_HOLDER_BINDING,
    "ConfirmationKeyMissing": reasons.BAD_HOLDER_BINDING,
    "ConfirmationKeyInvalid": reasons.BAD_HOLDER_BINDING,
    "IssuerSignatureInvalid": reasons.BAD_SIGNATURE,
    "IssuerAlgorithmNotAllowed": reasons.BAD_SIGNATURE,
    "UnreferencedDisclosure": reasons.BAD_DISCLOSURE,
    "DuplicateDigest": reasons.BAD_DISCLOSURE,
    "DuplicateClaimName": reasons.BAD_DISCLOSURE,
    "ForbiddenClaimName": reasons.BAD_DISCLOSURE,
    "MalformedDisclosure": reasons.BAD_DISCLOSURE,
    "RepeatedDisclosure": reasons.BAD_DISCLOSURE,
}


def errors_of(module: str) -> Iterator[type[ProtocolError]]:
    for _, member in inspect.getmembers(importlib.import_module(module), inspect.isclass):
        if issubclass(member, ProtocolError) and member.__module__ == module:
            yield member


def instance(error: type[ProtocolError]) -> ProtocolError:
    """Some errors carry what they collected."""
    if "reasons" in inspect.signature(error.__init__).parameters:
        return error(())  # type: ignore[arg-type]
    return error()


def test_codes_are_unique_and_stable_in_form() -> None:
    codes = [kind.code for kind in reasons.ALL]
    assert len(set(codes)) == len(codes)
    assert all(code.islower() and code.replace("_", "").isalpha() for code in codes)


@pytest.mark.parametrize("kind", reasons.ALL, ids=lambda kind: kind.code)
def test_every_reason_speaks_both_languages(kind: ReasonKind) -> None:
    for text in (kind.english, kind.french):
        assert text.strip() == text
        assert text.endswith(".")
    assert kind.english != kind.french


def test_every_reason_of_the_module_is_in_the_table() -> None:
    defined = [value for value in vars(reasons).values() if isinstance(value, ReasonKind)]
    assert sorted(kind.code for kind in defined) == sorted(kind.code for kind in reasons.ALL)


@pytest.mark.parametrize("error", list(errors_of(SD_JWT)), ids=lambda error: error.__name__)
def test_errors_of_sd_jwt(error: type[ProtocolError]) -> None:
    assert kind_of(instance(error)) is EXPECTED.get(error.__name__, reasons.MALFORMED)


@pytest.mark.parametrize("error", list(errors_of(CREDENTIAL)), ids=lambda error: error.__name__)
def test_errors_of_sd_jwt_vc(error: type[ProtocolError]) -> None:
    assert kind_of(instance(error)) is reasons.MALFORMED


@pytest.mark.parametrize(
    "error",
    [one for one in errors_of(CHAINS) if issubclass(one, InvalidCertificateChain)],
    ids=lambda error: error.__name__,
)
def test_errors_of_certificate_chains_mean_not_trusted(error: type[ProtocolError]) -> None:
    assert kind_of(instance(error)) is reasons.UNTRUSTED_ISSUER
    assert kind_of(AnchorInChain()).outcome is ClerkOutcome.NOT_TRUSTED


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Expired(), reasons.EXPIRED),
        (NotYetValid(), reasons.NOT_YET_VALID),
        (IssuedInTheFuture(), reasons.NOT_YET_VALID),
        (WrongAudience(), reasons.WRONG_AUDIENCE),
        (InvalidClaims(), reasons.MALFORMED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ProtocolError) else value.code,
)
def test_errors_of_registered_claims(error: ProtocolError, kind: ReasonKind) -> None:
    assert kind_of(error) is kind


@pytest.mark.parametrize("module", ["specs.encoding", "specs.jose.errors", "specs.token_status_list.errors"])
def test_no_error_of_a_standard_is_ever_taken_for_good_or_for_cannot_tell(module: str) -> None:
    for error in errors_of(module):
        assert kind_of(instance(error)).outcome not in (ClerkOutcome.VALID, ClerkOutcome.CANNOT_TELL)


def test_an_unknown_status_mechanism_is_no_status() -> None:
    assert kind_of(UnsupportedStatusMechanism()) is reasons.NO_STATUS
    assert kind_of(InvalidStatusReference()) is reasons.MALFORMED


@pytest.mark.parametrize("kind", reasons.ALL, ids=lambda kind: kind.code)
def test_every_reason_says_what_to_do(kind: ReasonKind) -> None:
    for text in (kind.advice.english, kind.advice.french):
        assert text.strip() == text
        assert text.endswith(".")
    assert kind.advice.english != kind.advice.french
    # What it is, and what to do about it, are two sentences.
    assert kind.advice.english != kind.english


@pytest.mark.parametrize("outcome", ClerkOutcome)
def test_journey_6_every_outcome_has_a_name_and_advice(outcome: ClerkOutcome) -> None:
    texts = OUTCOME_TEXTS[outcome]
    assert texts.name.english
    assert texts.name.french
    assert all(text.endswith(".") for text in texts.advice.by_language.values())


def test_an_expired_licence_is_not_renewed_in_the_wallet() -> None:
    """The credential may be renewed with one tap; the licence that it stands for may not."""
    own = reasons.LAST_DAY_PASSED
    for found in ([own], [reasons.EXPIRED, own], [own, reasons.STATUS_UNKNOWN]):
        assert advice_of(found) is own.advice
        assert own_way_of(found) is own
    assert advice_of([reasons.EXPIRED]) is OUTCOME_TEXTS[ClerkOutcome.EXPIRED].advice


def test_a_phone_whose_clock_is_wrong_is_not_sent_to_the_office_that_issued_the_card() -> None:
    """Its holder can set the clock; two cards of one phone are wrong by the same."""
    own = reasons.WRONG_TIME
    for found in ([own], [own, own], [own, reasons.EXPIRED]):
        assert own_way_of(found) is own
        assert advice_of(found) is own.advice


@pytest.mark.parametrize("forged", [reasons.BAD_SIGNATURE, reasons.REPLAYED, reasons.BAD_HOLDER_BINDING])
def test_a_wrong_clock_explains_no_forgery(forged: ReasonKind) -> None:
    for found in ([reasons.WRONG_TIME, forged], [forged, reasons.WRONG_TIME]):
        assert own_way_of(found) is None
        assert advice_of(found) is OUTCOME_TEXTS[ClerkOutcome.NOT_GENUINE].advice


def test_what_decides_also_decides_the_advice() -> None:
    found = [reasons.LAST_DAY_PASSED, reasons.REVOKED]
    assert advice_of(found) is OUTCOME_TEXTS[ClerkOutcome.REVOKED].advice
    assert own_way_of(found) is None
    assert advice_of([]) is OUTCOME_TEXTS[ClerkOutcome.VALID].advice


def test_what_cannot_be_checked_is_cannot_tell() -> None:
    assert kind_of(TrustUnavailable()) is reasons.TRUST_UNAVAILABLE
    assert kind_of(IssuerKeysUnavailable()) is reasons.ISSUER_KEYS_UNAVAILABLE
    assert reasons.TRUST_UNAVAILABLE.is_undetermined
    assert reasons.ISSUER_KEYS_UNAVAILABLE.is_undetermined


def test_a_reason_keeps_the_errors_words_for_the_log() -> None:
    reason = reason_of(Expired("exp"), "card")
    assert (reason.kind, reason.query_id, reason.detail) == (reasons.EXPIRED, "card", "Expired exp")
