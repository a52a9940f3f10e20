"""Requests for what is not there at once, and what wallets tell afterwards, over HTTP."""

import hashlib
from typing import Any

import httpx

from tests.issuer.wallet import request_body
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer


async def promised(
    issuer: RunningIssuer, token: str, copies: int = 2, configuration_id: str = "photo-card"
) -> str:
    """A credential request that is answered 202; its transaction_id."""
    body = request_body(issuer.prover().proofs(await issuer.nonce(), copies), configuration_id)
    answer = await issuer.request(token, body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["transaction_id"])


async def post(
    issuer: RunningIssuer, path: str, token: str | None, body: Any, **request: Any
) -> httpx.Response:
    """A POST with a bearer token; ``body``: an object, or bytes that go out as they are."""
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    headers: dict[str, str] = {"Content-Type": "application/json"} if isinstance(body, bytes) else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    headers |= request.pop("headers", {})
    return await issuer.client.post(f"{ISSUER}{path}", headers=headers, **content, **request)


async def fetch(issuer: RunningIssuer, token: str | None, transaction_id: Any) -> httpx.Response:
    """A deferred credential request."""
    return await post(issuer, "/deferred-credential", token, {"transaction_id": transaction_id})


async def deferrals(issuer: RunningIssuer, subject_ref: str | None = None) -> list[dict[str, Any]]:
    """What the clerk sees."""
    query = {} if subject_ref is None else {"subject_ref": subject_ref}
    answer = await issuer.manage("GET", "/deferrals", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["deferrals"])


def deferral_of(issuer: RunningIssuer, transaction_id: str) -> str:
    """The back office's name for a transaction."""
    wanted = hashlib.sha256(transaction_id.encode()).digest()
    [found] = [row[0] for row in issuer.rows()["issuer_deferred"] if row[1] == wanted]
    return str(found)


async def decide(issuer: RunningIssuer, transaction_id: str, decision: str, **body: Any) -> httpx.Response:
    """``approve`` or ``deny``."""
    path = f"/deferrals/{deferral_of(issuer, transaction_id)}/{decision}"
    return await issuer.manage("POST", path, **({"json": body} if body else {}))
