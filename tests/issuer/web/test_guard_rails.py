"""What keeps the issuer from issuing what it must not: dead certificates, and types whose files are wrong."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from structlog.testing import capture_logs

from issuer.domain.problems import BadCredentialTypes
from specs.jose import parse_x5c
from specs.sd_jwt_vc import parse_credential
from tests.issuer.wallet import request_body
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.patience import until

SHIPPED = Path(str(resources.files("issuer") / "credential_types"))
SECOND = timedelta(seconds=1)


@pytest.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[RunningIssuer]:
    async with running_issuer(tmp_path) as running:
        yield running


async def ready(issuer: RunningIssuer) -> tuple[int, set[tuple[str, str, str]]]:
    """Status, and every check that found something, as (level, code, what)."""
    answer = await issuer.client.get(f"{ISSUER}/readyz")
    told = {(one["level"], one["code"], one["about"]) for one in answer.json()["checks"]}
    return answer.status_code, {one for one in told if one[1] != "ok"}


async def leaf_of(issuer: RunningIssuer) -> x509.Certificate:
    [text] = await issuer.issue()
    return parse_x5c(parse_credential(text).header["x5c"])[0]


async def ask(issuer: RunningIssuer, moment: datetime) -> httpx.Response:
    """A whole issuance at another time; the last answer."""
    issuer.clock.moment = moment
    token, nonce = await issuer.access_token(), await issuer.nonce()
    return await issuer.request(token, request_body(issuer.prover().proofs(nonce, 2, start=5)))


@pytest.mark.parametrize(
    ("bound", "after", "code"),
    [
        ("not_valid_after_utc", SECOND, "certificate_expired"),
        ("not_valid_after_utc", timedelta(days=400), "certificate_expired"),
        ("not_valid_before_utc", -SECOND, "certificate_not_yet_valid"),
    ],
)
async def test_nothing_is_signed_outside_the_validity_of_the_certificate(
    issuer: RunningIssuer, bound: str, after: timedelta, code: str
) -> None:
    moment = getattr(await leaf_of(issuer), bound) + after
    issuer.clock.moment = moment
    token, nonce = await issuer.access_token(), await issuer.nonce()
    before = issuer.rows()

    answer = await issuer.request(token, request_body(issuer.prover().proofs(nonce, 2, start=5)))

    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert issuer.rows() == before  # no record, no index taken by a credential, and the nonce is not spent
    status, found = await ready(issuer)
    assert status == 503
    assert ("failed", code, "credential") in found


@pytest.mark.parametrize("bound", ["not_valid_after_utc", "not_valid_before_utc"])
async def test_the_first_and_the_last_second_belong_to_it(issuer: RunningIssuer, bound: str) -> None:
    """RFC 5280 section 4.1.2.5."""
    assert (await ask(issuer, getattr(await leaf_of(issuer), bound))).status_code == 200


async def test_after_the_clock_is_right_again_the_same_request_is_fulfilled(issuer: RunningIssuer) -> None:
    now, end = issuer.clock.now(), (await leaf_of(issuer)).not_valid_after_utc
    assert (await ask(issuer, end + SECOND)).status_code == 503
    assert (await ask(issuer, now)).status_code == 200


async def test_metadata_are_not_signed_under_it_either_and_are_served_unsigned(issuer: RunningIssuer) -> None:
    issuer.clock.moment = (await leaf_of(issuer)).not_valid_after_utc + SECOND
    url = f"{ISSUER}/.well-known/openid-credential-issuer"
    signed = await issuer.client.get(url, headers={"Accept": "application/jwt"})
    assert (signed.status_code, signed.json()["code"]) == (503, "temporarily_unavailable")
    assert (await issuer.client.get(url)).status_code == 200


async def test_no_list_is_signed_under_it_and_the_change_is_not_lost(issuer: RunningIssuer) -> None:
    [text] = await issuer.issue()
    uri = parse_credential(text).sd_jwt.payload["status"]["status_list"]["uri"]
    before = (await issuer.client.get(uri)).content
    now, end = issuer.clock.now(), parse_x5c(parse_credential(text).header["x5c"])[0].not_valid_after_utc
    issuer.clock.moment = end + SECOND
    change = {"subject_ref": await issuer.subject_ref(), "change": "revoke", "reason": "stolen_phone"}
    changed = await issuer.manage("POST", "/status-changes", json=change)
    assert changed.status_code == 200, changed.text
    await asyncio.sleep(1.2)  # the publisher looks twice a second
    assert (await issuer.client.get(uri)).content == before
    issuer.clock.moment = now + timedelta(minutes=1)

    async def is_published() -> bool:
        return (await issuer.client.get(uri)).content != before

    await until(is_published)


async def test_sixty_days_ahead_the_endpoint_warns_and_goes_on(issuer: RunningIssuer) -> None:
    end = (await leaf_of(issuer)).not_valid_after_utc
    issuer.clock.moment = end - timedelta(days=60)
    status, found = await ready(issuer)
    assert status == 200
    assert ("warning", "certificate_expires_soon", "credential") in found


async def test_a_fresh_server_is_ready_and_says_what_it_looked_at(issuer: RunningIssuer) -> None:
    answer = await issuer.client.get(f"{ISSUER}/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    looked_at = {one["check"]: one["code"] for one in answer.json()["checks"]}
    assert looked_at == dict.fromkeys(("database", "register", "keys", "credential_types"), "ok")


def copy_types(folder: Path) -> Path:
    copied = folder / "types"
    shutil.copytree(SHIPPED, copied)
    return copied


def break_type(types: Path, name: str, **members: Any) -> None:
    file = types / name / "type.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | members))


async def test_a_type_that_is_wrong_stops_that_type_and_no_other(tmp_path: Path) -> None:
    types = copy_types(tmp_path)
    settings: dict[str, Any] = {
        "credential_types_dir": types,
        "keys_uri": f"file:{tmp_path}/keys/issuer",
    }
    tmp_path.chmod(0o700)
    async with running_issuer(tmp_path, **settings) as issuer:
        token = await issuer.access_token(("proof-of-age", "photo-card"))
    break_type(types, "proof-of-age", batch_size=0)

    with capture_logs() as logs:
        async with running_issuer(tmp_path, **settings) as issuer:
            await check_stopped(issuer, token)

    [stopped] = [entry for entry in logs if entry["event"] == "credential_type_stopped"]
    assert stopped["credential_type"] == "proof-of-age"
    assert stopped["places"][0].startswith("type.json: batch_size: ")


async def check_stopped(issuer: RunningIssuer, token: str) -> None:
    """Proof of age is gone from everywhere, and the photo card is issued as before."""
    metadata = (await issuer.client.get(f"{ISSUER}/.well-known/openid-credential-issuer")).json()
    assert "photo-card" in metadata["credential_configurations_supported"]
    assert "proof-of-age" not in metadata["credential_configurations_supported"]

    status, found = await ready(issuer)
    assert (status, found) == (200, {("warning", "credential_type_stopped", "proof-of-age")})

    offer = {
        "subject_ref": await issuer.subject_ref(),
        "credential_configuration_ids": ["proof-of-age"],
    }
    refused = await issuer.manage("POST", "/offers", json=offer)
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_credential_configuration")

    # a token from before the type was stopped
    proofs = issuer.prover().proofs(await issuer.nonce(), 1)
    refused = await issuer.request(token, request_body(proofs, "proof-of-age"))
    assert (refused.status_code, refused.json()["error"]) == (400, "unknown_credential_configuration")

    assert len(await issuer.issue(2)) == 2


async def test_without_any_good_type_nothing_starts(tmp_path: Path) -> None:
    types = copy_types(tmp_path)
    for folder in types.iterdir():
        if folder.is_dir():
            break_type(types, folder.name, batch_size=0)
    with pytest.raises(BadCredentialTypes) as refused:
        async with running_issuer(tmp_path, credential_types_dir=types):
            pass
    assert {problem.type_name for problem in refused.value.problems} == {
        folder.name for folder in SHIPPED.iterdir() if folder.is_dir() and not folder.name.startswith("_")
    }
