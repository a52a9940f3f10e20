"""Attestation-based client authentication, both generations (4.24 to 4.27, 6.05, 6.07)."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json, parse_json_object
from specs.jose import Algorithm, parse_jws, parse_public_jwk, sign_with, trust_anchors
from specs.jose.x5c import create_x5c, parse_x5c
from specs.oauth import (
    AttestationPolicy,
    DpopPolicy,
    DpopRequest,
    InvalidClientAttestation,
    OAuthError,
    UseAttestationChallenge,
    UseFreshAttestation,
    VerifiedClientAttestation,
    WrongAttestedClient,
    WrongAttestedKey,
    create_challenge_response,
    parse_challenge_response,
    prepare_attestation_pop,
    prepare_client_attestation,
    single_header,
    verify_attestation_pop,
    verify_client_attestation,
    verify_combined_proof,
    verify_dpop_proof,
)
from tests.specs.jose.certificates import CA, DAY, LEAF, self_signed
from tests.specs.jose.material import private_key, public_key, token_with_header
from tests.specs.oauth.senders import (
    ATTESTER,
    ATTESTERS,
    CLIENT,
    MINUTE,
    NOW,
    ROOT,
    SECONDS,
    SERVER,
    URL,
    attestation,
    attestation_pop,
    dpop_proof,
    jwt,
)
from tests.specs.oauth.strategies import VALUES, bodies_with

FOLDER = Path(__file__).parents[2] / "vectors"
DRAFT = json.loads((FOLDER / "oauth-oidc/client_attestation.json").read_text())
APPENDIX_E = json.loads((FOLDER / "openid4vci/wallet_attestation.json").read_text())
STRANGER = self_signed(CA).issue(LEAF)
KEY = public_key(Algorithm.ES256)


def check_challenge(challenge: str) -> None:
    if challenge != "good":
        raise UseAttestationChallenge(challenge="fresh")


POLICY = AttestationPolicy(
    server=SERVER,
    attesters=ATTESTERS,
    max_age=None,
    pop_max_age=5 * MINUTE,
    leeway=MINUTE,
    check_challenge=check_challenge,
    challenge_required=False,
)


def verify(
    text: str, *, policy: AttestationPolicy = POLICY, client_id: str | None = CLIENT, now: datetime = NOW
) -> VerifiedClientAttestation:
    return verify_client_attestation(text, policy, client_id=client_id, now=now)


def prove(
    pop: str, *, policy: AttestationPolicy = POLICY, attested: VerifiedClientAttestation | None = None
) -> Any:
    return verify_attestation_pop(pop, attested or verify(attestation()), policy, now=NOW)


class TestAttestation:
    @pytest.mark.parametrize("client_id", [CLIENT, None])
    def test_4_24_a_trusted_attester_vouches_for_the_key(self, client_id: str | None) -> None:
        found = verify(attestation(), client_id=client_id)
        assert (found.client_id, found.key, found.jkt) == (CLIENT, KEY, KEY.thumbprint)
        assert found.expires_at == NOW + timedelta(hours=1)

    def test_4_24_what_an_attester_makes_is_read(self) -> None:
        for issuer in (None, "https://attester.example"):
            prepared = prepare_client_attestation(
                KEY,
                client_id=CLIENT,
                issued_at=NOW,
                expires_at=NOW + DAY / 2,
                algorithm=Algorithm.ES256,
                certificate_chain=create_x5c([ATTESTER.certificate]),
                issuer=issuer,
            )
            text = prepared.attach(sign_with(ATTESTER.key, Algorithm.ES256, prepared.data))
            assert verify(text).key == KEY

    def test_4_24_the_older_generation_names_its_attester(self) -> None:
        older = attestation(iss="https://attester.example", nbf=SECONDS - 60, iat=None, wallet_name="W")
        assert verify(older).client_id == CLIENT

    def test_4_24_a_certificate_between_attester_and_anchor(self) -> None:
        middle = ROOT.issue(CA.but(name="Middle"))
        leaf = middle.issue(LEAF)
        assert verify(attestation(signer=leaf, chain=[leaf, middle]))

    REFUSED: ClassVar[dict[str, Callable[[], str]]] = {
        "empty": lambda: "",
        "not-a-jwt": lambda: "a.b",
        "type-missing": lambda: attestation(header={"typ": None}),
        "type-of-the-proof": lambda: attestation(header={"typ": "oauth-client-attestation-pop+jwt"}),
        "algorithm-none": lambda: token_with_header(b'{"alg":"none"}'),
        "algorithm-symmetric": lambda: token_with_header(b'{"alg":"HS256"}'),
        "signature-changed": lambda: attestation()[:-8] + "AAAAAAAA",
        "signature-by-another": lambda: attestation(signer=STRANGER, chain=[ATTESTER]),
        "attester-unknown": lambda: attestation(signer=STRANGER),
        "attester-by-name-only": lambda: attestation(header={"x5c": None, "kid": "11"}),
        "attester-self-signed": lambda: attestation(signer=self_signed(LEAF)),
        "attester-is-the-anchor": lambda: attestation(signer=ROOT),
        "anchor-in-the-chain": lambda: attestation(chain=[ATTESTER, ROOT]),
        "chain-empty": lambda: attestation(header={"x5c": []}),
        "expired": lambda: attestation(exp=SECONDS - 60),
        "end-missing": lambda: attestation(exp=None),
        "end-no-number": lambda: attestation(exp="tomorrow"),
        "not-valid-yet": lambda: attestation(nbf=SECONDS + 61),
        "from-the-future": lambda: attestation(iat=SECONDS + 61),
        "subject-missing": lambda: attestation(sub=None),
        "subject-empty": lambda: attestation(sub=""),
        "subject-no-text": lambda: attestation(sub=1),
        "subject-with-a-newline": lambda: attestation(sub="a\nb"),
        "subject-endless": lambda: attestation(sub="x" * 513),
        "key-missing": lambda: attestation(cnf=None),
        "key-only-by-thumbprint": lambda: attestation(cnf={"jkt": KEY.thumbprint}),
        "key-private": lambda: attestation(cnf={"jwk": {**KEY.members, "d": "AAAA"}}),
        "key-symmetric": lambda: attestation(cnf={"jwk": {"kty": "oct", "k": "AAAA"}}),
        "too-long": lambda: attestation(more="x" * 33_000),
    }

    @pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
    def test_4_24_refused(self, text: Callable[[], str]) -> None:
        with pytest.raises(InvalidClientAttestation) as refused:
            verify(text(), client_id=None)
        assert refused.value.code == "invalid_client_attestation"

    def test_4_24_the_client_is_the_one_that_is_attested(self) -> None:
        with pytest.raises(WrongAttestedClient) as refused:
            verify(attestation(), client_id="https://another.example")
        assert refused.value.code == "invalid_client_attestation"

    def test_4_27_the_self_signed_example_of_openid4vci_is_refused(self) -> None:
        certificates = parse_x5c(APPENDIX_E["header"]["x5c"])
        now = datetime.fromtimestamp(APPENDIX_E["payload"]["nbf"] + 60, UTC)
        for anchors in (ATTESTERS, trust_anchors(certificates)):
            with pytest.raises(InvalidClientAttestation):
                verify(APPENDIX_E["jwt"], policy=replace(POLICY, attesters=anchors), client_id=None, now=now)

    def test_4_24_a_certificate_that_is_over_vouches_for_nothing(self) -> None:
        later = NOW + 2 * DAY
        text = attestation(exp=SECONDS + 10 * 86_400)
        with pytest.raises(InvalidClientAttestation):
            verify(text, now=later)

    def test_4_26_one_that_is_too_old_for_us_is_to_be_renewed(self) -> None:
        policy = replace(POLICY, max_age=timedelta(hours=1))
        assert verify(attestation(iat=SECONDS - 3660), policy=policy)
        with pytest.raises(UseFreshAttestation) as asked:
            verify(attestation(iat=SECONDS - 3661), policy=policy)
        assert asked.value.code == "use_fresh_attestation"
        assert verify(attestation(iat=None), policy=policy)  # only its end says how fresh it is

    def test_6_07_an_algorithm_that_is_not_announced_is_refused(self) -> None:
        with pytest.raises(InvalidClientAttestation):
            verify(attestation(), policy=replace(POLICY, algorithms=frozenset({Algorithm.ES384})))


class TestProofOfPossession:
    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"challenge": "good"},
            {"iss": CLIENT, "nonce": "good", "exp": SECONDS + 60, "nbf": SECONDS},
            {"nonce": "good", "challenge": "good"},
            {"aud": [SERVER]},
            {"iat": SECONDS + 60},
            {"iat": SECONDS - 360},
            {"more": "is ignored"},
        ],
        ids=["newer", "challenge", "older", "both", "array", "ahead", "old", "unknown"],
    )
    def test_4_24_the_sender_has_the_attested_key(self, claims: dict[str, Any]) -> None:
        assert len(prove(attestation_pop(**claims)).replay_key) == 32

    def test_4_24_what_a_wallet_makes_is_read(self) -> None:
        for client_id, challenge in ((None, None), (CLIENT, "good")):
            prepared = prepare_attestation_pop(
                KEY, server=SERVER, jti="j", issued_at=NOW, challenge=challenge, client_id=client_id
            )
            pop = prepared.attach(sign_with(private_key(Algorithm.ES256), Algorithm.ES256, prepared.data))
            assert prove(pop).replay_until == NOW + 6 * MINUTE

    def test_4_24_the_proofs_of_the_draft_are_good(self) -> None:
        claims = parse_json_object(parse_jws(DRAFT["attestation"], max_bytes=9999).payload, max_bytes=9999)
        key, now = parse_public_jwk(claims["cnf"]["jwk"]), datetime.fromtimestamp(claims["iat"], UTC)
        attested = VerifiedClientAttestation(claims["sub"], key, now + DAY, "attester")
        seen: list[str] = []
        policy = replace(POLICY, server="https://as.example.com", check_challenge=seen.append)
        assert verify_attestation_pop(DRAFT["pop"], attested, policy, now=now)
        assert seen == ["5c1a9e10-29ff-4c2b-ae73-57c0957c09c4"]
        with pytest.raises(InvalidClientAttestation):  # for a resource server
            verify_attestation_pop(DRAFT["pop_for_resource_server"], attested, policy, now=now)

    REFUSED: ClassVar[dict[str, Callable[[], str]]] = {
        "empty": lambda: "",
        "type-missing": lambda: attestation_pop(header={"typ": None}),
        "type-of-dpop": lambda: attestation_pop(header={"typ": "dpop+jwt"}),
        "the-attestation-itself": attestation,
        "algorithm-none": lambda: token_with_header(b'{"alg":"none"}'),
        "algorithm-symmetric": lambda: token_with_header(b'{"alg":"HS256"}'),
        "signature-changed": lambda: attestation_pop()[:-8] + "AAAAAAAA",
        "key-of-another": lambda: attestation_pop(number=1),
        "key-in-the-header": lambda: attestation_pop(
            number=1, header={"jwk": dict(public_key(Algorithm.ES256, 1).members)}
        ),
        "audience-missing": lambda: attestation_pop(aud=None),
        "audience-of-another-server": lambda: attestation_pop(aud="https://another.example"),
        "audience-is-the-endpoint": lambda: attestation_pop(aud=URL),
        "audience-of-two": lambda: attestation_pop(aud=[SERVER, "https://another.example"]),
        "id-missing": lambda: attestation_pop(jti=None),
        "id-empty": lambda: attestation_pop(jti=""),
        "id-no-text": lambda: attestation_pop(jti=1),
        "id-endless": lambda: attestation_pop(jti="x" * 513),
        "time-missing": lambda: attestation_pop(iat=None),
        "too-old": lambda: attestation_pop(iat=SECONDS - 361),
        "too-far-ahead": lambda: attestation_pop(iat=SECONDS + 61),
        "expired": lambda: attestation_pop(exp=SECONDS - 61),
        "issuer-of-another-client": lambda: attestation_pop(iss="https://another.example"),
        "challenge-no-text": lambda: attestation_pop(challenge=1),
        "two-challenges": lambda: attestation_pop(challenge="good", nonce="better"),
    }

    @pytest.mark.parametrize("pop", REFUSED.values(), ids=REFUSED)
    def test_4_24_refused(self, pop: Callable[[], str]) -> None:
        with pytest.raises(InvalidClientAttestation) as refused:
            prove(pop())
        assert refused.value.code == "invalid_client_attestation"

    @pytest.mark.parametrize("name", ["challenge", "nonce"])
    def test_4_26_a_challenge_that_is_there_is_checked(self, name: str) -> None:
        with pytest.raises(UseAttestationChallenge) as asked:
            prove(attestation_pop(**{name: "old"}))
        assert (asked.value.code, asked.value.challenge) == ("use_attestation_challenge", "fresh")

    def test_4_26_without_a_challenge_where_one_is_needed(self) -> None:
        policy = replace(POLICY, challenge_required=True)
        assert prove(attestation_pop(challenge="good"), policy=policy)
        with pytest.raises(UseAttestationChallenge):
            prove(attestation_pop(), policy=policy)
        with pytest.raises(InvalidClientAttestation):  # trying again would not help
            prove(attestation_pop(aud=URL), policy=policy)

    def test_4_24_what_is_remembered_belongs_to_key_and_id(self) -> None:
        other = prove(attestation_pop(number=1), attested=verify(attestation(number=1)))
        keys = {prove(attestation_pop()).replay_key, prove(attestation_pop(jti="2")).replay_key}
        assert len(keys | {other.replay_key}) == 3


class TestCombinedMode:
    @staticmethod
    def dpop(number: int) -> Any:
        policy = DpopPolicy(5 * MINUTE, MINUTE, lambda _nonce: None, nonce_required=False)
        return verify_dpop_proof(dpop_proof(number=number), DpopRequest("POST", URL), policy, now=NOW)

    def test_4_25_the_attested_key_is_the_dpop_key(self) -> None:
        verify_combined_proof(verify(attestation()), self.dpop(0))

    def test_4_25_a_good_attestation_of_another_key_is_refused(self) -> None:
        with pytest.raises(WrongAttestedKey) as refused:
            verify_combined_proof(verify(attestation(number=1)), self.dpop(0))
        assert refused.value.code == "invalid_client_attestation"


def test_4_24_exactly_one_header() -> None:
    assert single_header([]) is None
    assert single_header(["a"]) == "a"
    with pytest.raises(InvalidClientAttestation):
        single_header(["a", "a"])


def test_4_26_the_answer_of_the_challenge_endpoint_is_read() -> None:
    assert create_challenge_response("c") == {"attestation_challenge": "c"}
    assert parse_challenge_response(create_json(create_challenge_response("c"))) == "c"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"attestation_challenge":""}', b'{"attestation_challenge":1}']
)
def test_4_26_an_answer_without_a_challenge_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidClientAttestation):
        parse_challenge_response(body)


@given(bodies_with("attestation_challenge"))
def test_whatever_a_challenge_endpoint_says_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(InvalidClientAttestation):
        parse_challenge_response(body)


@given(st.dictionaries(st.sampled_from(["sub", "exp", "iat", "nbf", "cnf", "iss"]), VALUES))
def test_whatever_an_attester_says_nothing_but_a_refusal_is_raised(claims: dict[str, Any]) -> None:
    with contextlib.suppress(OAuthError):
        verify(attestation(**claims))


@given(st.dictionaries(st.sampled_from(["aud", "jti", "iat", "exp", "nonce", "challenge", "iss"]), VALUES))
def test_whatever_a_wallet_says_nothing_but_a_refusal_is_raised(claims: dict[str, Any]) -> None:
    header = {"typ": "oauth-client-attestation-pop+jwt", "alg": "ES256"}
    with contextlib.suppress(OAuthError):
        prove(jwt(header, claims, private_key(Algorithm.ES256), Algorithm.ES256))
