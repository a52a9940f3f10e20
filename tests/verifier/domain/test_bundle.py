"""The offline bundle: what it promises, what a reader without a network refuses (8.03, 8.04, 8.13, 8.14)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.jose import Algorithm, parse_public_jwk, sign_with
from tests.verifier.issuing import LIST, NOW, SimulatedIssuer, private_key, public_key, sign
from verifier.domain.bundle import (
    LONGEST_LIFE,
    MAX_BUNDLE_BYTES,
    MAX_ISSUERS,
    MAX_LISTS,
    TYP,
    BundleContents,
    BundledList,
    BundleTerms,
    VerifiedBundle,
    fitting_lists,
    prepare_bundle,
    verify_bundle,
)
from verifier.errors import BadBundle, BundleExpired, BundleFromTheFuture, OlderBundle, UntrustedBundle

VERIFIER = "https://verifier.example"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NUMBER = int(NOW.timestamp())
KEY = public_key("bundle")
TOKEN = SimulatedIssuer().status_list().decode()
CONTENTS = BundleContents("a.trust.list", (BundledList(LIST, NOW - HOUR, TOKEN),))
TERMS = BundleTerms(issuer=VERIFIER, created_at=NOW, valid_until=NOW + 7 * 24 * HOUR)


def bundle(contents: BundleContents = CONTENTS, terms: BundleTerms = TERMS) -> str:
    prepared = prepare_bundle(contents, terms, algorithm=Algorithm.ES256, key_id=KEY.thumbprint)
    return prepared.attach(sign_with(private_key("bundle"), Algorithm.ES256, prepared.data))


def read(text: str, **changed: Any) -> VerifiedBundle:
    told: dict[str, Any] = {"keys": [KEY], "issuer": VERIFIER, "now": NOW, "newest_seen": None}
    return verify_bundle(text, **(told | changed))


GOOD = bundle()


def test_what_was_put_in_comes_out() -> None:
    found = read(GOOD)
    assert found.contents == CONTENTS
    assert (found.issuer, found.created_at, found.valid_until) == (VERIFIER, NOW, TERMS.valid_until)


def test_keys_of_issuers_keep_their_names() -> None:
    named = parse_public_jwk({**KEY.members, "kid": "2026"})
    found = read(bundle(replace(CONTENTS, issuer_keys={"https://issuer.example": (named, KEY)})))
    [(issuer, keys)] = found.contents.issuer_keys.items()
    assert issuer == "https://issuer.example"
    assert [(key, key.kid) for key in keys] == [(KEY, "2026"), (KEY, None)]


def test_it_may_hold_no_list_at_all() -> None:
    assert read(bundle(replace(CONTENTS, lists=()))).contents.lists == ()


def test_only_the_check_makes_a_verified_bundle() -> None:
    with pytest.raises(RuntimeError):
        VerifiedBundle(VERIFIER, NOW, NOW, CONTENTS, object())


def test_8_03_it_ends_to_the_second() -> None:
    end = TERMS.valid_until
    assert read(GOOD, now=end - SECOND).valid_until == end
    with pytest.raises(BundleExpired):
        read(GOOD, now=end)


def test_8_14_a_clock_that_runs_behind_is_refused() -> None:
    assert read(GOOD, now=NOW - 60 * SECOND).created_at == NOW
    with pytest.raises(BundleFromTheFuture):
        read(GOOD, now=NOW - 61 * SECOND)


def test_an_older_bundle_than_the_last_one_used_is_refused() -> None:
    assert read(GOOD, newest_seen=NOW).created_at == NOW
    with pytest.raises(OlderBundle):
        read(GOOD, newest_seen=NOW + SECOND)


def forged(header: dict[str, Any] | None = None, *, who: str = "bundle", **claims: Any) -> str:
    """A bundle in which everything can be wrong; ``None`` leaves a member out."""
    head = {"alg": "ES256", "typ": TYP, "kid": KEY.thumbprint} | (header or {})
    entry = {"uri": LIST, "resolved_at": NUMBER - 3600, "token": TOKEN}
    body: dict[str, Any] = {
        "iss": VERIFIER,
        "iat": NUMBER,
        "exp": NUMBER + 3600,
        "version": 1,
        "trust_list": "a.trust.list",
        "status_lists": [entry],
        "issuer_keys": {},
    }
    members = {name: value for name, value in (body | claims).items() if value is not None}
    head = {name: value for name, value in head.items() if value is not None}
    return sign(head, create_json(members), private_key(who))


def entry(**changed: Any) -> list[dict[str, Any]]:
    members = {"uri": LIST, "resolved_at": NUMBER, "token": TOKEN} | changed
    return [{name: value for name, value in members.items() if value is not None}]


UNTRUSTED: dict[str, Callable[[], str]] = {
    "strangers-key": lambda: forged(who="stranger"),
    "strangers-key-named": lambda: forged({"kid": public_key("stranger").thumbprint}, who="stranger"),
    "own-embedded-key": lambda: forged(
        {"kid": None, "jwk": dict(public_key("stranger").members)}, who="stranger"
    ),
    "no-kid": lambda: forged({"kid": None}),
    "kid-a-number": lambda: forged({"kid": 1}),
    "another-type": lambda: forged({"typ": "trillium-trust-list+jwt"}),
    "no-type": lambda: forged({"typ": None}),
    "another-algorithm": lambda: forged({"alg": "ES384"}),
    "unsigned": lambda: GOOD.rpartition(".")[0] + ".",
    "crit": lambda: forged({"crit": ["exp"]}),
    "another-verifier": lambda: forged(iss="https://other.example"),
    "no-issuer": lambda: forged(iss=None),
    "a-status-list": lambda: TOKEN,
    "empty": lambda: "",
    "too-large": lambda: GOOD + "A" * MAX_BUNDLE_BYTES,
}
BAD: dict[str, Callable[[], str]] = {
    "no-iat": lambda: forged(iat=None),
    "no-exp": lambda: forged(exp=None),
    "exp-a-text": lambda: forged(exp="never"),
    "exp-true": lambda: forged(exp=True),
    "exp-beyond-dates": lambda: forged(exp=10**15),
    "exp-before-iat": lambda: forged(exp=NUMBER - 1),
    "exp-at-iat": lambda: forged(exp=NUMBER),
    "valid-for-too-long": lambda: forged(exp=NUMBER + int(LONGEST_LIFE.total_seconds()) + 1),
    "another-version": lambda: forged(version=2),
    "version-true": lambda: forged(version=True),
    "no-version": lambda: forged(version=None),
    "no-trust-list": lambda: forged(trust_list=None),
    "empty-trust-list": lambda: forged(trust_list=""),
    "trust-list-an-object": lambda: forged(trust_list={}),
    "no-lists": lambda: forged(status_lists=None),
    "lists-an-object": lambda: forged(status_lists={}),
    "list-a-text": lambda: forged(status_lists=[TOKEN]),
    "list-without-uri": lambda: forged(status_lists=entry(uri=None)),
    "list-without-token": lambda: forged(status_lists=entry(token=None)),
    "list-without-age": lambda: forged(status_lists=entry(resolved_at=None)),
    "uri-no-address": lambda: forged(status_lists=entry(uri="urn:list")),
    "token-empty": lambda: forged(status_lists=entry(token="")),
    "age-a-text": lambda: forged(status_lists=entry(resolved_at="now")),
    "unknown-member": lambda: forged(status_lists=entry(fresh=True)),
    "a-list-twice": lambda: forged(status_lists=entry() + entry(resolved_at=NUMBER - 9)),
    "no-issuer-keys": lambda: forged(issuer_keys=None),
    "issuer-keys-an-array": lambda: forged(issuer_keys=[]),
    "issuer-keys-no-jwks": lambda: forged(issuer_keys={VERIFIER: []}),
    "issuer-keys-private": lambda: forged(
        issuer_keys={VERIFIER: {"keys": [{**KEY.members, "d": KEY.members["x"]}]}}
    ),
    "too-many-issuers": lambda: forged(
        issuer_keys={f"{VERIFIER}/{number}": {"keys": []} for number in range(MAX_ISSUERS + 1)}
    ),
    "too-many-lists": lambda: forged(
        status_lists=[one for number in range(MAX_LISTS + 1) for one in entry(uri=f"{LIST}/{number}")]
    ),
}


@pytest.mark.parametrize("defect", UNTRUSTED)
def test_a_bundle_that_is_not_the_verifiers(defect: str) -> None:
    with pytest.raises(UntrustedBundle):
        read(UNTRUSTED[defect]())


@pytest.mark.parametrize("defect", BAD)
def test_a_bundle_of_a_bad_form(defect: str) -> None:
    with pytest.raises(BadBundle) as refused:
        read(BAD[defect]())
    assert type(refused.value) is BadBundle


def test_a_bundle_of_no_pinned_key_at_all_is_refused() -> None:
    with pytest.raises(UntrustedBundle):
        read(GOOD, keys=[])


@pytest.mark.parametrize(
    ("count", "size", "fitting"), [(300, 10, MAX_LISTS), (12, 2**20, 10), (5, 2**21, 5), (6, 2**21, 5)]
)
def test_as_many_lists_as_fit_make_a_bundle(count: int, size: int, fitting: int) -> None:
    lists = [BundledList(f"{LIST}/{number}", NOW, "A" * size) for number in range(count)]
    kept = fitting_lists(lists)
    assert kept == tuple(lists[:fitting])
    assert read(bundle(replace(CONTENTS, trust_list="t" * 2**20, lists=kept))).contents.lists == kept


def test_a_list_that_comes_twice_is_kept_once() -> None:
    assert fitting_lists(CONTENTS.lists * 2) == CONTENTS.lists


@pytest.mark.parametrize(
    ("contents", "terms"),
    [
        (replace(CONTENTS, trust_list=""), TERMS),
        (replace(CONTENTS, lists=CONTENTS.lists * 2), TERMS),
        (CONTENTS, replace(TERMS, valid_until=NOW + LONGEST_LIFE + SECOND)),
        (CONTENTS, replace(TERMS, valid_until=NOW)),
        (
            BundleContents("t", tuple(BundledList(f"{LIST}/{one}", NOW, "A" * 2**20) for one in range(20))),
            TERMS,
        ),
    ],
    ids=["no-trust-list", "a-list-twice", "too-long", "no-time", "too-large"],
)
def test_none_is_made_that_a_reader_would_refuse(contents: BundleContents, terms: BundleTerms) -> None:
    with pytest.raises(BadBundle):
        bundle(contents, terms)


@settings(max_examples=150)
@given(st.data())
def test_no_character_of_a_bundle_can_be_changed(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.~ é\n").filter(lambda one: one != GOOD[place]))
    with pytest.raises(UntrustedBundle):
        read(GOOD[:place] + other + GOOD[place + 1 :])
