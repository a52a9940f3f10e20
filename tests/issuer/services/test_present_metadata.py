"""Forms of the issuer metadata follow the key ring and the clock (4.03, 4.04, 4.39)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from issuer.services.issuer_keys import IssuerKeys
from issuer.services.present_metadata import SIGNED_MAX_AGE, PresentMetadata
from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from keys.errors import CustodyError
from specs.encoding import parse_json_object
from specs.jose import parse_jws
from specs.openid4vci import CredentialRequestEncryption
from tests.issuer.surroundings import HandClock
from tests.specs.openid4vci.displays import issuer as described
from tests.specs.openid4vci.material import ISSUER, metadata

EVERYTHING, FRENCH = frozenset({"en", "fr"}), frozenset({"fr"})
WANTED = {
    KeyPurpose.METADATA: KeySpec(("issuer.example",), (ISSUER,), certificate=True),
    KeyPurpose.REQUEST_DECRYPTION: KeySpec(),
}


def opened(clock: HandClock) -> KeyRing:
    ring = open_key_ring("memory:", sandbox=True, now=clock.now())
    ring.ensure(WANTED, clock.now())
    return ring


@dataclass
class Issuer:
    """The service over a ring of its own."""

    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.ring = opened(self.clock)
        keys = IssuerKeys(self.ring, self.clock, ISSUER)
        offered = CredentialRequestEncryption(
            jwks=keys.request_keys(), enc_values_supported=("A128GCM",), encryption_required=False
        )
        self.present = PresentMetadata(
            described("en-CA", "fr-CA").model_copy(update={"credential_request_encryption": offered}),
            keys.request_keys,
            lambda now: self.ring.signer_for(KeyPurpose.METADATA, now),
            self.clock,
            allow_http=False,
        )

    def kids(self, body: bytes) -> list[str]:
        keys = parse_json_object(body, max_bytes=10**6)["credential_request_encryption"]["jwks"]["keys"]
        return [key["kid"] for key in keys]

    def change_request_key(self) -> None:
        self.ring.prepare_next(KeyPurpose.REQUEST_DECRYPTION, self.clock.now())

    async def signed(self) -> dict[str, Any]:
        compact = (await self.present.signed(EVERYTHING)).body.decode()
        jws = parse_jws(compact, max_bytes=10**6)
        return {"header": jws.header, "payload": jws.payload, "compact": compact}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def test_a_form_is_made_once(issuer: Issuer) -> None:
    assert issuer.present.plain(EVERYTHING) is issuer.present.plain(EVERYTHING)
    assert issuer.present.plain(FRENCH).languages == ("fr-CA",)
    assert issuer.present.plain(FRENCH).body != issuer.present.plain(EVERYTHING).body


async def test_a_new_request_key_shows_in_every_form_at_once_4_39(issuer: Issuer) -> None:
    [first] = issuer.kids(issuer.present.plain(EVERYTHING).body)
    before = await issuer.signed()
    issuer.change_request_key()
    both = issuer.kids(issuer.present.plain(EVERYTHING).body)
    assert first in both
    assert len(both) == 2
    assert issuer.kids(issuer.present.plain(FRENCH).body) == both
    after = await issuer.signed()
    assert issuer.kids(after["payload"]) == both
    assert issuer.kids(before["payload"]) == [first]


async def test_no_private_half_of_a_request_key_shows_4_39(issuer: Issuer) -> None:
    body = parse_json_object(issuer.present.plain(EVERYTHING).body, max_bytes=10**6)
    [key] = body["credential_request_encryption"]["jwks"]["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["use"], key["alg"]) == ("enc", "ECDH-ES")


async def test_a_signed_form_is_kept_for_its_time_4_03(issuer: Issuer) -> None:
    first = await issuer.signed()
    issuer.clock.moment += SIGNED_MAX_AGE - timedelta(seconds=1)
    assert (await issuer.signed())["compact"] == first["compact"]
    issuer.clock.moment += timedelta(seconds=1)
    assert (await issuer.signed())["compact"] != first["compact"]


async def test_nothing_is_signed_and_nothing_signed_is_shown_without_a_valid_certificate(
    issuer: Issuer,
) -> None:
    await issuer.signed()
    issuer.clock.moment += timedelta(days=4000)
    with pytest.raises(CustodyError):
        await issuer.signed()
    assert issuer.present.plain(EVERYTHING).body


def test_forms_of_keys_that_are_gone_are_forgotten() -> None:
    issuer = Issuer()
    kept = issuer.present._plain  # the memory itself: nothing else shows its size
    for _ in range(12):
        issuer.present.plain(EVERYTHING)
        issuer.present.plain(FRENCH)
        now = issuer.clock.now()
        issuer.change_request_key()
        issuer.ring.rotate(KeyPurpose.REQUEST_DECRYPTION, now, without_publication_lead=True)
    assert len(kept) <= 16


def test_without_encryption_there_is_nothing_to_follow() -> None:
    clock = HandClock()
    ring = opened(clock)
    present = PresentMetadata(
        metadata(), dict, lambda now: ring.signer_for(KeyPurpose.METADATA, now), clock, allow_http=False
    )
    assert b"encryption" not in present.plain(EVERYTHING).body
