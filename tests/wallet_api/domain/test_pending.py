"""What waits becomes JSON and comes back the same; it says nothing about where it is kept."""

import pytest
from pydantic import ValidationError

from specs.jose import (
    Algorithm,
    Encryption,
    SigningInput,
    create_encryption_jwk,
    prepare_jws,
    public_jwk_of,
    raw_to_der,
    sign_with,
)
from specs.openid4vp import ResponseMode
from tests.specs.jose.material import private_key, public_key
from wallet_api.domain.agreement import Agreement
from wallet_api.domain.history import AskedBy, ShownTo
from wallet_api.domain.holder_key import HolderKey
from wallet_api.domain.operation import OperationKind
from wallet_api.domain.pending import (
    KINDS,
    OfferedCredential,
    PendingKey,
    PendingPresentation,
    PendingPresenting,
    PendingReceiving,
    PendingRequest,
    PendingReturn,
    ToSign,
)
from wallet_api.domain.registration import Registration

KEY = HolderKey(public_key(Algorithm.ES256), b"\x00wrapped\xff")
WAY_BACK = PendingReturn(
    response_mode=ResponseMode.DIRECT_POST_JWT,
    response_uri="https://verifier.example/1",
    state="s",
    jwk=create_encryption_jwk(public_jwk_of(KEY.public_jwk.key, kid="k")),
    enc=Encryption.A256GCM,
)
ASKED = AskedBy(
    client_id="x509_hash:abc",
    name=None,
    trusted=True,
    registration=Registration.model_validate(
        {
            "iss": "https://verifier.example",
            "service": {"client_id": "c", "names": {"en-CA": "Shop", "fr-CA": "Boutique"}},
            "purposes": {"en-CA": "Why", "fr-CA": "Pourquoi"},
            "retention": {"purposes": {}, "days": 0},
        }
    ),
    agreements=(Agreement("I agree", "D'accord"),),
)
INPUT = prepare_jws({"alg": "ES256", "typ": "kb+jwt"}, b"{}")


def test_every_kind_of_operation_has_one_state() -> None:
    assert sorted(KINDS.values()) == sorted(OperationKind)


def test_a_key_comes_back_as_it_was() -> None:
    back = PendingKey.model_validate_json(PendingKey.of(KEY).model_dump_json()).key()

    assert (back.public_jwk, back.wrapped) == (KEY.public_jwk, KEY.wrapped)


def test_a_signing_input_comes_back_as_it_was() -> None:
    waiting = ToSign.model_validate_json(ToSign.of(KEY, INPUT).model_dump_json())

    assert waiting.signing_input() == SigningInput(INPUT.data)


def test_receiving_comes_back_as_it_was() -> None:
    pending = PendingReceiving(
        credential_issuer="https://issuer.example",
        credential_endpoint="https://issuer.example/credential",
        nonce_endpoint=None,
        access_token="token",
        offered=OfferedCredential(configuration_id="photo-card", vct="vct"),
        credential_identifier=None,
        proofs=(ToSign.of(KEY, INPUT),),
        retries=1,
    )

    assert PendingReceiving.model_validate_json(pending.model_dump_json()) == pending


def test_a_request_comes_back_with_its_paths() -> None:
    pending = PendingRequest(
        client_id="x509_hash:abc",
        way_back=WAY_BACK,
        nonce="n",
        asked=ASKED,
        transaction_data=("e30",),
        query={"credentials": []},
        choice={"q": "card"},
        agreed={"q": (("a", 0, None), ("b",))},
    )

    back = PendingRequest.model_validate_json(pending.model_dump_json())
    assert back == pending
    assert back.way_back.encryption is not None
    assert (back.way_back.encryption.key.kid, back.way_back.encryption.encryption) == ("k", "A256GCM")


def test_half_an_encryption_is_none() -> None:
    assert WAY_BACK.model_copy(update={"jwk": None}).encryption is None
    assert WAY_BACK.model_copy(update={"enc": None}).encryption is None


def test_members_of_another_version_are_not_guessed_at() -> None:
    with pytest.raises(ValidationError):
        OfferedCredential.model_validate_json('{"configuration_id":"a","vct":"b","more":1}')


def test_signatures_go_behind_their_presentations() -> None:
    waiting = ToSign.of(KEY, INPUT)
    parts = [("a", "one~"), ("b", "two~"), ("a", "three~")]
    pending = PendingPresenting(
        way_back=WAY_BACK,
        shown=ShownTo(asked=ASKED, cards=()),
        presentations=tuple(
            PendingPresentation(query_id=query_id, presented=text, key_binding=waiting)
            for query_id, text in parts
        ),
    )
    signatures = [sign_with(private_key(Algorithm.ES256), Algorithm.ES256, INPUT.data) for _ in range(3)]
    raw_to_der(signatures[0])

    token = pending.vp_token(signatures)

    assert token == {
        "a": ["one~" + INPUT.attach(signatures[0]), "three~" + INPUT.attach(signatures[2])],
        "b": ["two~" + INPUT.attach(signatures[1])],
    }
    with pytest.raises(ValueError, match="zip"):
        pending.vp_token(signatures[:2])
