"""One document in several forms: signed, and in the languages of the wallet (4.03, 4.04, 6.03)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from issuer.web.issuer_metadata import prefers_signed
from keys.certificate_chains import load_anchors
from specs.encoding import to_numeric_date
from specs.jose import parse_jws, parse_x5c, verify_chain
from specs.openid4vci import (
    SIGNED_METADATA_TYPE,
    create_issuer_metadata,
    parse_issuer_metadata,
    parse_signed_issuer_metadata,
    verify_signed_issuer_metadata,
)
from specs.openid4vci.wallet_errors import InvalidSignedMetadata
from specs.well_known import appended, inserted
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from trillium.runtime.i18n import Language, accepted_languages

ADDRESS = inserted(ISSUER, "openid-credential-issuer")
LEEWAY = timedelta(seconds=60)
BOTH = ["en-CA", "fr-CA"]


@pytest.fixture
async def signing(tmp_path: Path) -> AsyncIterator[RunningIssuer]:
    """An issuer whose trust anchor a wallet can read."""
    async with running_issuer(tmp_path, keys_uri=f"file:{tmp_path}/keys") as running:
        yield running


async def get(issuer: RunningIssuer, **headers: str) -> httpx.Response:
    """`accept_language="fr"` for the header; nothing else is sent."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await issuer.client.get(ADDRESS, headers={"accept": "*/*"} | sent)
    assert answer.status_code == 200
    return answer


def locales(body: Any) -> set[str]:
    """Every language named anywhere in a document."""
    if isinstance(body, dict):
        own = {body["locale"]} if isinstance(body.get("locale"), str) else set()
        return own.union(*(locales(one) for one in body.values()))
    return set().union(*(locales(one) for one in body)) if isinstance(body, list) else set()


def without_displays(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: without_displays(one) for name, one in body.items() if name != "display"}
    return [without_displays(one) for one in body] if isinstance(body, list) else body


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", BOTH),
        ("fr", ["fr-CA"]),
        ("fr-CA", ["fr-CA"]),
        ("FR-ch", ["fr-CA"]),
        ("en-GB,en;q=0.9", ["en-CA"]),
        ("fr;q=0.5, en;q=0.1", BOTH),
        ("fr, en;q=0", ["fr-CA"]),
        ("fr-ch, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", BOTH),
        ("fr, *", BOTH),
        ("*", BOTH),
        ("de", BOTH),
        ("fr;q=x", BOTH),
        ("\x7f;;,,=", BOTH),
    ],
)
async def test_4_04_display_data_comes_in_the_languages_of_the_wallet(
    issuer: RunningIssuer, asked: str, found: list[str]
) -> None:
    answer = await get(issuer, accept_language=asked)
    assert answer.headers["content-language"] == ", ".join(found)
    assert {"Accept", "Accept-Language"} <= {one.strip() for one in answer.headers["vary"].split(",")}
    assert locales(answer.json()) == set(found)
    assert parse_issuer_metadata(answer.content, credential_issuer=ISSUER)


async def test_4_04_nothing_but_display_data_depends_on_the_language(issuer: RunningIssuer) -> None:
    everything, french = await get(issuer), await get(issuer, accept_language="fr")
    assert without_displays(everything.json()) == without_displays(french.json())
    assert everything.headers["etag"] != french.headers["etag"]
    same = await issuer.client.get(
        ADDRESS, headers={"If-None-Match": everything.headers["etag"], "Accept-Language": "fr"}
    )
    assert (same.status_code, same.content) == (200, french.content)


async def test_4_03_the_signed_form_says_what_the_unsigned_one_says(
    signing: RunningIssuer, tmp_path: Path
) -> None:
    answer, now = await get(signing, accept="application/jwt"), signing.clock.now()
    assert answer.headers["content-type"] == "application/jwt"
    jws = parse_signed_issuer_metadata(answer.text)
    assert jws.header["typ"] == SIGNED_METADATA_TYPE == "openidvci-issuer-metadata+jwt"
    anchors = load_anchors((tmp_path / "keys" / "anchors.pem").read_bytes())
    # HAIP 1.0: without the anchor, and the leaf is not its own issuer; verify_chain refuses both.
    chain = verify_chain(parse_x5c(jws.header["x5c"]), anchors, now=now)
    assert ISSUER in chain.san_uris
    metadata = verify_signed_issuer_metadata(jws, chain.key, credential_issuer=ISSUER, now=now, leeway=LEEWAY)
    assert create_issuer_metadata(metadata) == (await get(signing)).json()
    claims = claims_of(answer)
    assert (claims["sub"], claims["iat"]) == (ISSUER, to_numeric_date(now))
    assert claims["exp"] == to_numeric_date(now + timedelta(days=1))


def claims_of(answer: httpx.Response) -> dict[str, Any]:
    return dict(json.loads(parse_jws(answer.text, max_bytes=10**7).payload))


async def test_4_03_a_signed_form_expires(signing: RunningIssuer, tmp_path: Path) -> None:
    answer = await get(signing, accept="application/jwt")
    jws, now = parse_signed_issuer_metadata(answer.text), signing.clock.now()
    anchors = load_anchors((tmp_path / "keys" / "anchors.pem").read_bytes())
    key = verify_chain(parse_x5c(jws.header["x5c"]), anchors, now=now).key
    later = now + timedelta(days=1) + LEEWAY
    with pytest.raises(InvalidSignedMetadata):
        verify_signed_issuer_metadata(jws, key, credential_issuer=ISSUER, now=later, leeway=LEEWAY)


async def test_4_03_a_signed_form_is_kept_for_an_hour_and_no_longer(signing: RunningIssuer) -> None:
    first = await get(signing, accept="application/jwt")
    signing.clock.advance(minutes=59, seconds=59)
    assert (await get(signing, accept="application/jwt")).content == first.content
    signing.clock.advance(seconds=1)
    later = await get(signing, accept="application/jwt")
    assert claims_of(later)["iat"] == claims_of(first)["iat"] + 3600
    known = {"Accept": "application/jwt", "If-None-Match": later.headers["etag"]}
    assert (await signing.client.get(ADDRESS, headers=known)).status_code == 304


async def test_4_04_the_signed_form_comes_in_the_languages_of_the_wallet(signing: RunningIssuer) -> None:
    answer = await get(signing, accept="application/jwt", accept_language="fr")
    assert locales(claims_of(answer)) == {"fr-CA"}
    assert answer.headers["content-language"] == "fr-CA"
    assert locales(claims_of(await get(signing, accept="application/jwt"))) == set(BOTH)


async def test_4_03_both_addresses_have_the_signed_form(signing: RunningIssuer) -> None:
    other = appended(ISSUER, "openid-credential-issuer")
    answer = await signing.client.get(other, headers={"Accept": "application/jwt"})
    assert answer.content == (await get(signing, accept="application/jwt")).content


async def test_4_03_without_a_valid_certificate_there_is_the_unsigned_form_only(
    signing: RunningIssuer,
) -> None:
    await get(signing, accept="application/jwt")
    signing.clock.advance(days=4000)
    refused = await signing.client.get(ADDRESS, headers={"Accept": "application/jwt"})
    assert refused.status_code == 503
    assert (await get(signing)).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        ("application/jwt", True),
        ("APPLICATION/JWT", True),
        ("application/jwt, application/json;q=0.9", True),
        ("application/jwt;q=0.2, text/html", True),
        ("application/jwt, */*;q=0.8", True),
        ("application/json, application/jwt", False),
        ("application/json, application/jwt;q=0.9", False),
        ("application/jwt;q=0.5, */*", False),
        ("application/jwt;q=0", False),
        ("application/jwt;q=x", False),
        ("application/*", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_4_03_the_signed_form_is_for_who_likes_it_best(accept: str, signed: bool) -> None:
    assert prefers_signed(accept) is signed


def test_the_languages_of_a_header_are_ours_or_all() -> None:
    assert accepted_languages("fr-CA, de") == {Language.FRENCH}
    assert accepted_languages("en, fr;q=0.1") == accepted_languages("de") == frozenset(Language)
