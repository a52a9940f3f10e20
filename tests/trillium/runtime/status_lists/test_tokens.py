"""Status list tokens: who may sign one, what must stand in it, and how long a copy helps (3.23, 3.24, D9)."""

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import b64url_encode, create_json
from specs.jose import create_x5c, trust_anchors
from specs.token_status_list import StatusList, StatusOutcome, StatusReference, create_status_list
from tests.specs.jose.certificates import LEAF, self_signed
from tests.trillium.runtime.status_lists.list_site import Reader, client_over, reading
from tests.verifier.issuing import (
    ENTRY,
    ISSUER,
    LIST,
    NOW,
    SimulatedIssuer,
    leaf_below,
    list_with,
    private_key,
    public_key,
    sign,
    stranger,
)
from trillium.runtime.http_client import Reply, StrangerClient
from trillium.runtime.status_lists import IN_USE, KeptLimits, StatusListClient

VALID, UNKNOWN, STALE = StatusOutcome.VALID, StatusOutcome.UNKNOWN, StatusOutcome.STALE
HONEST_ISSUER, STRANGER = SimulatedIssuer(), stranger()
MINUTE, SECOND, ZERO = timedelta(minutes=1), timedelta(seconds=1), timedelta(0)
NUMBER = int(NOW.timestamp())


@dataclass
class Shelf:
    """``OutgoingClient.get`` without a network: one body for every address, or a failure."""

    body: bytes
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def get(self, url: str, **_options: Any) -> Reply:
        self.asked.append(url)
        if self.failure is not None:
            raise self.failure
        return Reply(url, 200, {"content-type": "application/statuslist+jwt"}, self.body)


def lists_over(body: bytes) -> tuple[StatusListClient, Shelf]:
    shelf = Shelf(body)
    return client_over(shelf), shelf  # type: ignore[arg-type]


async def outcome_of(body: bytes, index: int = ENTRY.index) -> StatusOutcome:
    lists, _ = lists_over(body)
    answer = await lists.status_of(
        StatusReference(LIST, index), anchors=HONEST_ISSUER.anchors, max_age=MINUTE, now=NOW
    )
    return answer.outcome


async def test_a_good_token_is_believed() -> None:
    assert await outcome_of(HONEST_ISSUER.status_list()) is VALID


def signed_by(who: str, header: Mapping[str, Any] | None = None) -> bytes:
    """The honest issuer's token, over another key."""
    head = {"alg": "ES256", "typ": "statuslist+jwt", "x5c": HONEST_ISSUER.x5c} | dict(header or {})
    head = {name: value for name, value in head.items() if value is not None}
    claims = {
        "sub": LIST,
        "iat": NUMBER,
        "exp": NUMBER + 3600,
        "ttl": 60,
        "status_list": create_status_list(StatusList.empty(size=128, bits=1)),
    }
    return sign(head, create_json(claims), private_key(who)).encode()


def unsigned() -> bytes:
    return HONEST_ISSUER.status_list(header={"alg": "none"}).rpartition(b".")[0] + b"."


def lone_leaf() -> list[str]:
    wish = LEAF.but(key=private_key("stranger"), not_before=NOW - MINUTE, not_after=NOW + MINUTE)
    return create_x5c([self_signed(wish).certificate])


STRANGE_KEY = dict(public_key("stranger").members)
FORGERIES: dict[str, Callable[[], bytes]] = {
    "another-issuer": STRANGER.status_list,
    "own-embedded-key": lambda: signed_by("stranger", {"x5c": None, "jwk": STRANGE_KEY}),
    "own-key-beside-the-chain": lambda: signed_by("stranger", {"jwk": STRANGE_KEY}),
    "named-key": lambda: signed_by("issuer", {"x5c": None, "kid": "issuer"}),
    "strangers-chain": lambda: signed_by("issuer", {"x5c": STRANGER.x5c}),
    "honest-chain-behind": lambda: signed_by("stranger", {"x5c": [*STRANGER.x5c, *HONEST_ISSUER.x5c]}),
    "self-signed": lambda: signed_by("stranger", {"x5c": lone_leaf()}),
    "anchor-in-chain": lambda: signed_by(
        "issuer", {"x5c": [*HONEST_ISSUER.x5c, *create_x5c([HONEST_ISSUER.root.certificate])]}
    ),
    "wrong-signature": lambda: signed_by("stranger"),
    "unsigned": unsigned,
    "hmac": lambda: signed_by("issuer", {"alg": "HS256"}),
    "another-algorithm": lambda: signed_by("issuer", {"alg": "ES384"}),
    "crit": lambda: signed_by("issuer", {"crit": ["exp"]}),
    "another-type": lambda: signed_by("issuer", {"typ": "JWT"}),
    "no-type": lambda: signed_by("issuer", {"typ": None}),
    "a-credential": HONEST_ISSUER.issue().split("~")[0].encode,
}
LISTS: dict[str, Callable[[], bytes]] = {
    "wrong-sub": lambda: HONEST_ISSUER.status_list(sub=f"{LIST}0"),
    "sub-with-a-slash": lambda: HONEST_ISSUER.status_list(sub=f"{LIST}/"),
    "sub-in-another-case": lambda: HONEST_ISSUER.status_list(sub=LIST.replace("https", "HTTPS")),
    "no-sub": lambda: HONEST_ISSUER.status_list(sub=None),
    "sub-an-array": lambda: HONEST_ISSUER.status_list(sub=[LIST]),
    "no-iat": lambda: HONEST_ISSUER.status_list(iat=None),
    "from-the-future": lambda: HONEST_ISSUER.status_list(iat=NUMBER + 61),
    "expired": lambda: HONEST_ISSUER.status_list(iat=NUMBER - 99, exp=NUMBER - 61),
    "expires-now": lambda: HONEST_ISSUER.status_list(iat=NUMBER - 99, exp=NUMBER),
    "exp-a-text": lambda: HONEST_ISSUER.status_list(exp="never"),
    "ttl-zero": lambda: HONEST_ISSUER.status_list(ttl=0),
    "ttl-negative": lambda: HONEST_ISSUER.status_list(ttl=-1),
    "ttl-a-text": lambda: HONEST_ISSUER.status_list(ttl="60"),
    "no-list": lambda: HONEST_ISSUER.status_list(status_list=None),
    "list-an-array": lambda: HONEST_ISSUER.status_list(status_list=[]),
    "three-bits": lambda: HONEST_ISSUER.status_list(status_list={"bits": 3, "lst": "eNpjYAAAAAEAAQ"}),
    "no-bits": lambda: HONEST_ISSUER.status_list(status_list={"lst": "eNpjYAAAAAEAAQ"}),
    "bits-true": lambda: HONEST_ISSUER.status_list(status_list={"bits": True, "lst": "eNpjYAAAAAEAAQ"}),
    "not-base64url": lambda: HONEST_ISSUER.status_list(status_list={"bits": 1, "lst": "%%%"}),
    "not-zlib": lambda: HONEST_ISSUER.status_list(
        status_list={"bits": 1, "lst": b64url_encode(b"\x1f\x8b rubbish")}
    ),
    "empty-list": lambda: HONEST_ISSUER.status_list(status_list={"bits": 1, "lst": ""}),
    "four-years-old": lambda: HONEST_ISSUER.status_list(iat=NUMBER - 4 * 365 * 86_400, exp=None),
}


@pytest.mark.parametrize("defect", FORGERIES)
async def test_only_a_key_below_the_issuers_anchors_signs_its_lists(defect: str) -> None:
    """ack #135, SUNET/vc #532, ihv-eudi-jp #26: unsigned, self-signed, or by the key it brings along."""
    assert await outcome_of(FORGERIES[defect]()) is UNKNOWN


@pytest.mark.parametrize("defect", LISTS)
async def test_tokens_that_make_no_statement(defect: str) -> None:
    assert await outcome_of(LISTS[defect]()) is UNKNOWN


async def test_a_signer_below_the_same_authority_may_publish_the_list() -> None:
    """Status lists may be published by a department of the issuer's under a certificate of its own."""
    leaf = leaf_below(HONEST_ISSUER.root, "publisher", uris=[ISSUER])
    publisher = SimulatedIssuer(ISSUER, HONEST_ISSUER.root, leaf)
    assert await outcome_of(publisher.status_list()) is VALID


@pytest.mark.parametrize(("index", "outcome"), [(127, VALID), (128, UNKNOWN), (2**53 - 1, UNKNOWN)])
async def test_an_index_outside_the_list(index: int, outcome: StatusOutcome) -> None:
    assert await outcome_of(HONEST_ISSUER.status_list(), index) is outcome


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@pytest.mark.filterwarnings("ignore:Attribute's length")
@settings(max_examples=100)
@given(st.data())
async def test_no_byte_of_a_token_can_be_changed(data: st.DataObject) -> None:
    token = bytearray(TOKEN)
    place = data.draw(st.integers(0, len(token) - 1))
    token[place] ^= data.draw(st.integers(1, 255))
    assert await outcome_of(bytes(token)) is UNKNOWN


TOKEN = HONEST_ISSUER.status_list()
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
NO_TLS = ssl.create_default_context()


@settings(max_examples=200)
@given(st.sampled_from(["http://", "https://"]), VISIBLE)
async def test_no_address_of_a_list_makes_the_reader_fail(scheme: str, rest: str) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        raise OSError

    client = StrangerClient(loopback_origins=[], resolver=resolve, ssl_context=NO_TLS)
    lists = client_over(client)
    reference = StatusReference(scheme + rest, 1)
    answer = await lists.status_of(reference, anchors=HONEST_ISSUER.anchors, max_age=MINUTE, now=NOW)
    assert answer.outcome is UNKNOWN
    await client.close()


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading() as made:
        yield made


async def test_an_old_copy_is_stale_when_the_list_cannot_be_had(reader: Reader) -> None:
    await reader.ask()
    reader.site.status = 500
    assert (await reader.ask(now=NOW + MINUTE)).outcome is VALID
    for later in (61 * SECOND, timedelta(hours=11)):
        assert (await reader.ask(now=NOW + later)).outcome is STALE
    assert (await reader.ask(now=NOW + timedelta(hours=12))).outcome is UNKNOWN


async def test_an_old_copy_that_says_revoked_is_stale_as_well(reader: Reader) -> None:
    reader.publish(list_with(1))
    await reader.ask()
    reader.site.status = 500
    assert (await reader.ask(now=NOW + 61 * SECOND)).outcome is STALE


async def test_a_bad_list_does_not_replace_a_good_copy(reader: Reader) -> None:
    await reader.ask()
    reader.site.body, reader.site.etag = STRANGER.status_list(list_with(1), sub=reader.uri), '"2"'
    assert (await reader.ask(now=NOW + 61 * SECOND)).outcome is STALE
    reader.publish(etag='"3"')
    assert (await reader.ask(now=NOW + 62 * SECOND)).outcome is VALID


async def test_a_drill_is_as_if_the_network_were_down(reader: Reader) -> None:
    reader.lists.put_out_of_reach(NOW + 10 * SECOND)
    assert (await reader.ask(max_age=ZERO)).outcome is UNKNOWN
    assert not reader.site.asked
    assert (await reader.ask(max_age=ZERO, now=NOW + 10 * SECOND)).outcome is VALID
    reader.lists.put_out_of_reach(NOW + 30 * SECOND)
    assert (await reader.ask(max_age=ZERO, now=NOW + 20 * SECOND)).outcome is STALE
    assert (await reader.ask(now=NOW + 20 * SECOND)).outcome is VALID
    reader.lists.put_out_of_reach(NOW)
    assert (await reader.ask(max_age=ZERO, now=NOW + 21 * SECOND)).outcome is VALID


async def test_a_copy_counts_only_under_the_anchors_that_vouched_for_it() -> None:
    lists, shelf = lists_over(TOKEN)

    async def ask(anchors: Any) -> StatusOutcome:
        return (await lists.status_of(ENTRY, anchors=anchors, max_age=MINUTE, now=NOW)).outcome

    assert await ask(HONEST_ISSUER.anchors) is VALID
    assert await ask(STRANGER.anchors) is UNKNOWN
    both = trust_anchors([STRANGER.root.certificate, HONEST_ISSUER.root.certificate])
    assert await ask(both) is VALID
    assert len(shelf.asked) == 3


async def test_a_copy_ends_with_the_certificates_above_it() -> None:
    leaf = leaf_below(HONEST_ISSUER.root, "issuer", uris=[ISSUER])
    end = leaf.certificate.not_valid_after_utc
    body = HONEST_ISSUER.status_list(now=end - MINUTE)
    lists, shelf = lists_over(body)
    for now, outcome in ((end, VALID), (end + SECOND, UNKNOWN)):
        answer = await lists.status_of(ENTRY, anchors=HONEST_ISSUER.anchors, max_age=MINUTE, now=now)
        assert answer.outcome is outcome
    assert len(shelf.asked) == 2


async def test_3_26_lists_in_use_are_refreshed_ahead_of_presentations(reader: Reader) -> None:
    await reader.ask()
    for number in (1, 2):
        await reader.lists.refresh_in_use(30 * SECOND, NOW + number * 31 * SECOND)
    assert len(reader.site.asked) == 3
    assert (await reader.ask(now=NOW + 63 * SECOND)).outcome is VALID
    assert len(reader.site.asked) == 3


async def test_a_list_that_nobody_needs_any_more_is_not_refreshed(reader: Reader) -> None:
    await reader.ask()
    await reader.ask(now=NOW + 5 * SECOND)
    end = NOW + 5 * SECOND + IN_USE
    await reader.lists.refresh_in_use(30 * SECOND, end)
    assert len(reader.site.asked) == 2
    await reader.lists.refresh_in_use(30 * SECOND, end + 31 * SECOND)
    assert len(reader.site.asked) == 2


async def test_a_refresh_that_fails_is_tried_again_and_breaks_nothing(reader: Reader) -> None:
    await reader.ask()
    reader.site.status = 500
    await reader.lists.refresh_in_use(30 * SECOND, NOW + 31 * SECOND)
    assert (await reader.ask(now=NOW + 32 * SECOND)).outcome is VALID
    reader.site.status = 200
    await reader.lists.refresh_in_use(30 * SECOND, NOW + 62 * SECOND)
    assert (await reader.ask(now=NOW + 63 * SECOND)).outcome is VALID


async def test_only_so_many_lists_are_kept() -> None:
    lists, shelf = lists_over(b"")
    for number in range(KeptLimits().lists + 5):
        uri = f"{LIST}/{number}"
        shelf.body = HONEST_ISSUER.status_list(sub=uri)
        reference = StatusReference(uri, 1)
        await lists.status_of(reference, anchors=HONEST_ISSUER.anchors, max_age=MINUTE, now=NOW)
    assert len(lists.kept) == KeptLimits().lists
    assert not lists.turns
