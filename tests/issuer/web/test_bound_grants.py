"""Whose a request is: tokens bound to keys at every protected endpoint, datasets by identifier (4.19, 4.29).

Acceptance list 2.1 items 15 and 16.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.web.answers import refusal
from tests.issuer.web.proving import ProvingWallet
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.issuer.web.waiting import decide

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN_TRANSACTION = (400, "invalid_transaction_id")
DETAILS = json.dumps([{"type": "openid_credential", "credential_configuration_id": "photo-card"}])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    """Photo cards wait for a decision; proofs of age do not."""
    folder = tmp_path_factory.mktemp("bound")
    types = types_with(folder, photo_card=DEFERRED)
    async with running_issuer(folder, credential_types_dir=types) as running:
        yield running


@pytest.fixture
def wallet(issuer: RunningIssuer) -> ProvingWallet:
    return ProvingWallet(issuer, 1)


async def send(
    wallet: ProvingWallet, path: str, token: str, body: dict[str, Any], **headers: str
) -> httpx.Response:
    """A request with a bound token and a fresh proof for it."""
    shown = {"Authorization": f"DPoP {token}", "DPoP": wallet.proof(path, token=token)}
    return await wallet.issuer.client.post(ISSUER + path, json=body, headers=shown | headers)


async def promised(wallet: ProvingWallet, token: str) -> str:
    answer = await wallet.ask(wallet.showing(token))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["transaction_id"])


async def test_16_a_bound_token_fetches_with_its_key_only(
    issuer: RunningIssuer, wallet: ProvingWallet
) -> None:
    token = await wallet.bound_token()
    transaction_id = await promised(wallet, token)
    assert (await decide(issuer, transaction_id, "approve")).status_code == 200
    body, path = {"transaction_id": transaction_id}, "/deferred-credential"
    thief = ProvingWallet(issuer, 2)
    assert (await send(thief, path, token, body)).status_code == 401
    plain = {"Authorization": f"Bearer {token}"}
    answer = await issuer.client.post(ISSUER + path, json=body, headers=plain)
    assert refusal(answer)[0] == 401
    # a proof for another endpoint is none for this one
    elsewhere = {"DPoP": wallet.proof("/credential", token=token)}
    assert (await send(wallet, path, token, body, **elsewhere)).status_code == 401
    assert (await send(wallet, path, token, body)).status_code == 200


async def test_4_42_the_same_person_with_another_key_fetches_nothing(
    issuer: RunningIssuer, wallet: ProvingWallet
) -> None:
    """A second wallet of Maya's, or whoever got an offer of hers: the transaction is the first wallet's."""
    transaction_id = await promised(wallet, await wallet.bound_token())
    assert (await decide(issuer, transaction_id, "approve")).status_code == 200
    body, path = {"transaction_id": transaction_id}, "/deferred-credential"
    other = ProvingWallet(issuer, 2)
    assert refusal(await send(other, path, await other.bound_token(), body)) == UNKNOWN_TRANSACTION
    bearer = {"Authorization": f"Bearer {await issuer.access_token()}"}
    assert refusal(await issuer.client.post(ISSUER + path, json=body, headers=bearer)) == UNKNOWN_TRANSACTION
    # the next token of the same key is as good as the one that has expired
    issuer.clock.advance(hours=2)
    assert (await send(wallet, path, await wallet.bound_token(), body)).status_code == 200


async def test_16_a_notification_with_a_bound_token(issuer: RunningIssuer, wallet: ProvingWallet) -> None:
    answer = await wallet.redeem({"DPoP": wallet.proof()}, offer=await issuer.offer(("proof-of-age",)))
    token = answer.json()["access_token"]
    asked = await body_for(issuer, credential_configuration_id="proof-of-age")
    issued = await send(wallet, "/credential", token, asked)
    body = {"notification_id": issued.json()["notification_id"], "event": "credential_accepted"}
    thief = ProvingWallet(issuer, 2)
    assert (await send(thief, "/notification", token, body)).status_code == 401
    assert (await send(wallet, "/notification", token, body)).status_code == 204


async def by_identifier(issuer: RunningIssuer) -> tuple[str, str]:
    """A token that was asked for with details, and the identifier that came with it."""
    answer = await issuer.redeem(await issuer.offer(("proof-of-age",)), authorization_details=AGE_DETAILS)
    assert answer.status_code == 200, answer.text
    [detail] = answer.json()["authorization_details"]
    [identifier] = detail["credential_identifiers"]
    return str(answer.json()["access_token"]), str(identifier)


AGE_DETAILS = DETAILS.replace("photo-card", "proof-of-age")


async def body_for(issuer: RunningIssuer, **names: str) -> dict[str, Any]:
    return {"proofs": {"jwt": issuer.prover().proofs(await issuer.nonce(), 1)}, **names}


async def test_4_29_what_was_given_an_identifier_is_asked_for_by_it(issuer: RunningIssuer) -> None:
    token, identifier = await by_identifier(issuer)
    answer = await issuer.request(token, await body_for(issuer, credential_identifier=identifier))
    assert answer.status_code == 200, answer.text


async def test_15_an_identifier_that_this_token_was_not_given(issuer: RunningIssuer) -> None:
    token, _ = await by_identifier(issuer)
    for name in ("proof-of-age", "x", ""):
        answer = await issuer.request(token, await body_for(issuer, credential_identifier=name))
        assert refusal(answer) == (400, "unknown_credential_identifier")


async def test_4_29_a_configuration_is_not_enough_where_identifiers_were_given(issuer: RunningIssuer) -> None:
    token, _ = await by_identifier(issuer)
    answer = await issuer.request(token, await body_for(issuer, credential_configuration_id="proof-of-age"))
    assert refusal(answer) == (400, "invalid_credential_request")
