"""Keys that issuers publish under their own name (2.11, 2.14): fetched, kept, refused."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.trillium.runtime.issuer_site import jwk, published
from tests.verifier.issuing import NOW, public_key
from trillium.runtime import issuer_keys
from trillium.runtime.issuer_keys import KeysNotAvailable

SECOND = timedelta(seconds=1)


async def test_2_11_keys_by_value_and_by_name() -> None:
    async with published() as (site, keys):
        site.publish(jwk("library", "1"), jwk("archive", "2"))
        assert await keys.keys_of(site.issuer, "2", NOW) == (public_key("archive"),)
        assert await keys.keys_of(site.issuer, None, NOW) == (public_key("library"), public_key("archive"))
        assert site.asked == ["/.well-known/jwt-vc-issuer/cards"]


async def test_2_11_keys_behind_a_link() -> None:
    async with published() as (site, keys):
        site.publish(jwks=None, jwks_uri=f"{site.origin}/keys")
        site.documents["/keys"] = {"keys": [jwk()]}
        assert await keys.keys_of(site.issuer, "1", NOW) == (public_key("library"),)


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://library.example/cards"},
        {"issuer": None},
        {"jwks": None},
        {"jwks_uri": "https://library.example/keys"},
        {"jwks": None, "jwks_uri": "http://library.example/keys"},
        {"jwks": None, "jwks_uri": "https://169.254.169.254/latest"},
        {"jwks": None, "jwks_uri": "https://localhost/keys"},
        {"jwks": {"keys": [{**jwk(), "d": "AAAA"}]}},
        {"jwks": {"keys": [jwk(), jwk("archive")]}},
        {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
        {"jwks": {"keys": [jwk(kid=str(number)) for number in range(33)]}},
        {"jwks": []},
    ],
    ids=[
        "another-issuer",
        "no-issuer",
        "no-keys",
        "keys-twice",
        "link-without-tls",
        "link-to-the-cloud",
        "link-to-this-machine",
        "a-private-key",
        "one-name-for-two-keys",
        "a-shared-secret",
        "too-many",
        "no-set",
    ],
)
async def test_2_11_2_14_metadata_that_is_not_used(changed: dict[str, Any]) -> None:
    async with published() as (site, keys):
        site.publish(**changed)
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(site.issuer, "1", NOW)


@pytest.mark.parametrize("status", [201, 204, 206, 301, 302, 400, 404, 500])
async def test_2_14_bodies_of_other_answers_are_never_used(status: int) -> None:
    async with published() as (site, keys):
        site.status = status
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(site.issuer, "1", NOW)


@pytest.mark.parametrize("media_type", ["text/html", "application/jwk-set+json", "", "application/json5"])
async def test_2_11_metadata_is_json(media_type: str) -> None:
    async with published() as (site, keys):
        site.media_type = media_type
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(site.issuer, "1", NOW)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"issuer": "a", "issuer": "b"}', b" " * 70_000, b"\xff"]
)
async def test_2_14_what_is_no_document(body: bytes) -> None:
    async with published() as (site, keys):
        site.documents["/.well-known/jwt-vc-issuer/cards"] = body
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(site.issuer, "1", NOW)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://library.example",
        "https://library.example/?a=b",
        "https://library.example/#a",
        "urn:library",
        "https://user@library.example",
        "https://127.0.0.1/cards",
        "https://localhost/cards",
        "",
    ],
)
async def test_2_14_identifiers_that_nobody_is_called_for(issuer: str) -> None:
    async with published() as (site, keys):
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(issuer, "1", NOW)
        assert site.asked == []


async def test_keys_are_kept_for_minutes() -> None:
    async with published() as (site, keys):
        for after in (0, 60, 299):
            await keys.keys_of(site.issuer, "1", NOW + after * SECOND)
        assert len(site.asked) == 1
        await keys.keys_of(site.issuer, "1", NOW + 300 * SECOND)
        assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("max-age=600", 600),
        ("public, max-age=120, immutable", 120),
        ("max-age=0", 60),
        ("no-store", 300),
        ("max-age=99999999", 3600),
        ("s-maxage=7, xmax-age=9", 300),
    ],
)
async def test_2_15_as_long_as_the_issuer_says_within_reason(told: str, kept: int) -> None:
    async with published() as (site, keys):
        site.headers = {"cache-control": told}
        await keys.keys_of(site.issuer, "1", NOW)
        await keys.keys_of(site.issuer, "1", NOW + (kept - 1) * SECOND)
        assert len(site.asked) == 1
        await keys.keys_of(site.issuer, "1", NOW + kept * SECOND)
        assert len(site.asked) == 2


async def test_a_new_key_is_found_when_something_is_signed_with_it() -> None:
    async with published() as (site, keys):
        await keys.keys_of(site.issuer, "1", NOW)
        site.publish(jwk("library", "1"), jwk("archive", "2"))
        assert await keys.keys_of(site.issuer, "2", NOW + 30 * SECOND) == (public_key("archive"),)


async def test_invented_names_of_keys_cause_no_more_than_a_fetch_each_half_minute() -> None:
    async with published() as (site, keys):
        for number in range(200):
            assert await keys.keys_of(site.issuer, f"kid-{number}", NOW + number * SECOND / 10) == ()
        assert len(site.asked) == 1


async def test_a_key_that_was_withdrawn_counts_until_the_next_look_only() -> None:
    async with published() as (site, keys):
        assert await keys.keys_of(site.issuer, "1", NOW)
        site.publish(jwk("archive", "2"))
        assert await keys.keys_of(site.issuer, "1", NOW + 301 * SECOND) == ()


async def test_an_issuer_out_of_reach_is_not_an_issuer_without_that_key() -> None:
    async with published() as (site, keys):
        assert await keys.keys_of(site.issuer, "1", NOW)
        site.status = 503
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(site.issuer, "2", NOW + 31 * SECOND)
        assert await keys.keys_of(site.issuer, "1", NOW + 32 * SECOND), "what we know is still good"
        with pytest.raises(KeysNotAvailable):
            await keys.keys_of(site.issuer, "1", NOW + 300 * SECOND)


async def test_a_failure_is_remembered_for_seconds() -> None:
    async with published() as (site, keys):
        site.status = 500
        for after in (0, 1, 9):
            with pytest.raises(KeysNotAvailable, match="status 500"):
                await keys.keys_of(site.issuer, "1", NOW + after * SECOND)
        assert len(site.asked) == 1
        site.status = 200
        assert await keys.keys_of(site.issuer, "1", NOW + 10 * SECOND)


async def test_a_thousand_at_once_cause_one_fetch() -> None:
    async with published() as (site, keys):
        site.delay = 0.05
        answers = await asyncio.gather(*(keys.keys_of(site.issuer, "1", NOW) for _ in range(1000)))
        assert set(answers) == {(public_key("library"),)}
        assert len(site.asked) == 1


async def test_whoever_gives_up_does_not_take_the_others_along() -> None:
    async with published() as (site, keys):
        site.delay = 0.2
        first = asyncio.create_task(keys.keys_of(site.issuer, "1", NOW))
        second = asyncio.create_task(keys.keys_of(site.issuer, "1", NOW))
        await asyncio.sleep(0.05)
        first.cancel()
        assert await second == (public_key("library"),)


async def test_a_slow_issuer_is_given_up() -> None:
    async with published(total_timeout=0.3) as (site, keys):
        site.delay = 3600
        with pytest.raises(KeysNotAvailable, match="TimedOut"):
            await keys.keys_of(site.issuer, "1", NOW)


async def test_a_clock_that_is_set_back_asks_again() -> None:
    async with published() as (site, keys):
        await keys.keys_of(site.issuer, "1", NOW)
        await keys.keys_of(site.issuer, "1", NOW - timedelta(days=1))
        assert len(site.asked) == 2


async def test_no_more_issuers_are_remembered_than_fit() -> None:
    async with published() as (site, keys):
        await keys.keys_of(site.issuer, "1", NOW)
        for number in range(issuer_keys.MAX_ISSUERS):
            with pytest.raises(KeysNotAvailable):
                await keys.keys_of(f"urn:{number}", "1", NOW)
        await keys.keys_of(site.issuer, "1", NOW)
        assert len(site.asked) == 2


async def test_a_redirect_is_followed_with_every_rule() -> None:
    async with published() as (site, keys):
        site.status, site.headers = 302, {"location": "https://127.0.0.1/elsewhere"}
        with pytest.raises(KeysNotAvailable, match=r"RefusedUrl|ForbiddenAddress"):
            await keys.keys_of(site.issuer, "1", NOW)
