"""The numbered steps: what is decided where, what stops what, what cannot be told (product.md, rule 1)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from specs.encoding import b64url_encode
from specs.token_status_list import StatusAnswer, StatusOutcome, StatusReference
from tests.specs.jose.certificates import LEAF
from tests.verifier.domain.preset_files import TYPES, parse, preset_file
from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import AGE, ISSUER, NOW, PERSON, SimulatedIssuer, private_key, stranger
from tests.verifier.services.checking import HONEST, TRUST, Checker, codes
from tests.verifier.surroundings import StatusesByHand
from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.domain.verdict import Accepted, ClerkOutcome, Rejected, Undetermined
from verifier.errors import TrustUnavailable

HONEST_ISSUER = SimulatedIssuer()
CARD = HONEST_ISSUER.issue()
GOOD = present(CARD, HONEST, NINETEEN)
PROOF = present(HONEST_ISSUER.issue_proof_of_age(), HONEST, NINETEEN)
NAMES = (("given_name",), ("family_name",))


@dataclass
class TrustByHand:
    """``ports.TrustSource``: there, or not."""

    trust: Trust | None = None
    asked: list[datetime] = field(default_factory=list)

    def current(self, now: datetime) -> Trust:
        self.asked.append(now)
        if self.trust is None:
            raise TrustUnavailable("stale")
        return self.trust


class StatusesWithToken(StatusesByHand):
    """Says which token decided."""

    async def status_of(self, *args: Any, **more: Any) -> StatusAnswer:
        return (await super().status_of(*args, **more))._replace(token="eyJ.status.token")


async def test_what_was_checked_goes_with_the_verdict() -> None:
    checker = Checker()
    decision = await checker.decision({"photo_card": [GOOD]}, "age-19-or-over")
    assert isinstance(decision.verdict, Accepted)
    [checked] = decision.checked
    assert (checked.query_id, checked.text, checked.issuer.issuer) == ("photo_card", GOOD, ISSUER)
    assert list(checked.chain) == HONEST_ISSUER.x5c
    assert checked.status is not None
    assert checked.status.outcome is StatusOutcome.VALID


async def test_the_status_token_that_decided_is_kept_with_it() -> None:
    checker = Checker(statuses=StatusesWithToken())
    decision = await checker.decision({"photo_card": [GOOD]}, "age-19-or-over")
    assert [one.status_token for one in decision.checked] == ["eyJ.status.token"]


async def test_no_claim_value_shows_in_what_is_logged_by_accident() -> None:
    card = present(CARD, HONEST, *NAMES, ("birthdate",))
    decision = await Checker().decision({"photo_card": [card]}, "identity")
    assert isinstance(decision.verdict, Accepted)
    assert "Planted" not in repr(decision.checked)
    assert "Planted" not in repr([one.presented for one in decision.checked])


async def test_without_a_trust_list_nothing_is_said_about_the_issuer() -> None:
    for text in (GOOD, present(stranger().issue(), HONEST, NINETEEN)):
        checker = Checker(source=TrustByHand())
        decision = await checker.decision({"photo_card": [text]}, "age-19-or-over")
        assert isinstance(decision.verdict, Undetermined)
        assert decision.verdict.outcome is ClerkOutcome.CANNOT_TELL
        assert codes(decision.verdict) == ["trust_unavailable"]
        assert decision.checked == ()
        assert checker.statuses.asked == []


async def test_what_is_no_credential_is_refused_without_a_trust_list_too() -> None:
    verdict = await Checker(source=TrustByHand()).decide(
        {"photo_card": ["rubbish"], "proof_of_age": [PROOF]}, "age-19-or-over"
    )
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["malformed", "trust_unavailable"]


async def test_trust_is_asked_for_every_response_and_once() -> None:
    source = TrustByHand(TRUST)
    checker = Checker(source=source)
    both = {"proof_of_age": [PROOF], "photo_card": [GOOD]}
    assert isinstance(await checker.decide(both, "age-19-or-over"), Accepted)
    assert len(source.asked) == 1
    source.trust = Trust(())
    assert codes(await checker.decide(both, "age-19-or-over")) == ["untrusted_issuer", "untrusted_issuer"]
    source.trust = None
    assert codes(await checker.decide(both, "age-19-or-over")) == ["trust_unavailable", "trust_unavailable"]


async def test_a_presentation_that_does_not_count_is_not_looked_up() -> None:
    """3.22, and no list is fetched for what is discarded (OpenID4VP section 8.6)."""
    checker = Checker()
    elsewhere = StatusReference("https://elsewhere.example/list", 1)
    discarded = present(HONEST_ISSUER.issue(status=elsewhere), HONEST, ("given_name",))
    decision = await checker.decision({"proof_of_age": [PROOF], "photo_card": [discarded]}, "age-19-or-over")
    assert isinstance(decision.verdict, Accepted)
    assert [one.query_id for one in decision.checked] == ["proof_of_age"]
    assert elsewhere not in [reference for reference, _, _ in checker.statuses.asked]


async def test_a_policy_that_fails_does_not_hide_that_the_card_is_revoked() -> None:
    held = HONEST_ISSUER.issue(PERSON | {"ca.on.holder_role": "guardian"})
    card = present(held, HONEST, NINETEEN)
    assert codes(await Checker().card(card)) == ["held_by_guardian"]
    verdict = await Checker(statuses=StatusesByHand(StatusOutcome.INVALID)).card(card)
    assert isinstance(verdict, Rejected)
    assert codes(verdict) == ["revoked", "held_by_guardian"]
    assert verdict.outcome is ClerkOutcome.REVOKED


LONG_AGO = {"exp": int(NOW.timestamp()) - 86_400}


async def test_5_26_a_second_card_that_failed_is_discarded() -> None:
    """Expired, of an issuer that is not trusted, revoked: the good one beside it is enough."""
    expired = HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(**LONG_AGO))
    revoked = HONEST_ISSUER.issue(status=StatusReference("https://revoked.example/list", 1))
    states = {"https://revoked.example/list": StatusOutcome.INVALID}
    for failing in (expired, stranger().issue(), revoked):
        token = {"proof_of_age": [PROOF], "photo_card": [present(failing, HONEST, NINETEEN)]}
        checker = Checker(statuses=StatusesByHand(by_uri=states))
        decision = await checker.decision(token, "age-19-or-over")
        assert isinstance(decision.verdict, Accepted)
        assert set(decision.verdict.claims) == {"proof_of_age"}
        assert [one.query_id for one in decision.checked] == ["proof_of_age"]
        assert [one.query_id for one in decision.discarded] == ["photo_card"]


async def test_what_failed_is_told_where_the_rest_is_not_enough() -> None:
    expired = present(HONEST_ISSUER.sign(HONEST_ISSUER.draft().but(**LONG_AGO)), HONEST, NINETEEN)
    nothing = present(HONEST_ISSUER.issue_proof_of_age(), HONEST)
    token = {"proof_of_age": [nothing], "photo_card": [expired]}
    assert codes(await Checker().decide(token, "age-19-or-over")) == ["expired"]
    token = {"proof_of_age": [PROOF], "photo_card": [expired]}
    revoked = Checker(statuses=StatusesByHand(StatusOutcome.INVALID))
    assert codes(await revoked.decide(token, "age-19-or-over")) == ["expired", "revoked"]


async def test_a_forgery_refuses_the_good_card_beside_it() -> None:
    forged = GOOD[:-4] + "AAAA"
    verdict = await Checker().decide({"proof_of_age": [PROOF], "photo_card": [forged]}, "age-19-or-over")
    assert codes(verdict) == ["bad_holder_binding"]


def own(**changed: object) -> Preset:
    return parse(preset_file(**changed), types=TYPES)


async def test_the_issuers_that_a_preset_accepts_are_fewer_than_those_trusted() -> None:
    names = {"card": [present(CARD, HONEST, *NAMES)]}
    assert isinstance(await Checker().decide(names, own(accepted_issuers=[ISSUER])), Accepted)
    verdict = await Checker().decide(names, own(accepted_issuers=["https://other.example"]))
    assert codes(verdict) == ["issuer_not_accepted"]
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_TRUSTED


async def test_an_accepted_issuer_still_has_to_be_trusted() -> None:
    accepting = own(accepted_issuers=[ISSUER])
    forged = {"card": [present(stranger().issue(), HONEST, *NAMES)]}
    assert codes(await Checker().decide(forged, accepting)) == ["untrusted_issuer"]


async def test_an_index_in_a_policy_counts_as_issued() -> None:
    """The first of two nationalities is withheld: what is shown is still the second."""
    file = preset_file(
        needs=["nationality"],
        policies=[
            {"policy": "claim_equals", "credential": "card", "path": ["nationalities", 1], "values": ["FR"]}
        ],
    )
    file["query"]["credentials"][0]["claims"] = [{"path": ["nationalities", 1]}]
    preset = parse(file, types=TYPES)
    shown = {"card": [present(CARD, HONEST, ("nationalities", 1))]}
    assert isinstance(await Checker().decide(shown, preset), Accepted)


async def test_a_guardian_may_present_where_the_preset_says_so() -> None:
    held = HONEST_ISSUER.issue(PERSON | {"ca.on.holder_role": "guardian"})
    shown = {"card": [present(held, HONEST, *NAMES)]}
    assert codes(await Checker().decide(shown, own())) == ["held_by_guardian"]
    assert isinstance(await Checker().decide(shown, own(guardian_may_present=True)), Accepted)


async def test_a_good_and_a_bad_presentation_are_both_told_of() -> None:
    bad = present(stranger().issue(), HONEST, NINETEEN)
    forged = GOOD[:-4] + "AAAA"
    verdict = await Checker().decide({"proof_of_age": [bad], "photo_card": [forged]}, "age-19-or-over")
    assert codes(verdict) == ["untrusted_issuer", "bad_holder_binding"]
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.NOT_GENUINE


async def test_both_lists_are_waited_for_together_and_both_told_of() -> None:
    one, two = StatusReference("https://one.example/list", 1), StatusReference("https://two.example/list", 2)
    statuses = StatusesByHand(by_uri={one.uri: StatusOutcome.INVALID, two.uri: StatusOutcome.STALE})
    checker = Checker(statuses=statuses)
    token = {
        "proof_of_age": [present(HONEST_ISSUER.issue_proof_of_age(AGE, status=one), HONEST, NINETEEN)],
        "photo_card": [present(HONEST_ISSUER.issue(status=two), HONEST, NINETEEN)],
    }
    verdict = await checker.decide(token, "age-19-or-over")
    assert codes(verdict) == ["revoked", "status_stale"]
    assert isinstance(verdict, Rejected)
    assert verdict.outcome is ClerkOutcome.REVOKED


KEY_ID = bytes(range(20))
OTHERS = bytes(reversed(KEY_ID))


@pytest.mark.parametrize(
    ("wished", "expected"),
    [([KEY_ID], []), ([OTHERS, KEY_ID], []), ([OTHERS], ["query_not_answered"])],
    ids=["own", "one-of-two", "another"],
)
async def test_5_17_an_authority_is_matched_by_its_key_identifier(
    wished: list[bytes], expected: list[str]
) -> None:
    identifier = x509.AuthorityKeyIdentifier(KEY_ID, None, None)
    wish = LEAF.but(
        key=private_key("issuer"),
        alternative_names=x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISSUER)]),
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
        more=((identifier, False),),
    )
    certified = SimulatedIssuer(leaf=HONEST_ISSUER.root.issue(wish))
    file = preset_file()
    authorities = [{"type": "aki", "values": [b64url_encode(one) for one in wished]}]
    file["query"]["credentials"][0]["trusted_authorities"] = authorities
    shown = {"card": [present(certified.issue(), HONEST, *NAMES)]}
    assert codes(await Checker().decide(shown, parse(file, types=TYPES))) == expected
    # Certificates without the extension name no authority.
    plain = {"card": [present(CARD, HONEST, *NAMES)]}
    assert codes(await Checker().decide(plain, parse(file, types=TYPES))) == ["query_not_answered"]
