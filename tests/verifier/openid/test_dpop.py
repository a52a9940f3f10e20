"""Tokens bound to a key, where the client wants that (RFC 9449)."""

import pytest

from tests.verifier.openid.relying import ISSUER, Library, public_key
from tests.verifier.web.counter import is_oauth_error
from verifier.domain.openid.client import AuthMethod

TOKEN, USERINFO = f"{ISSUER}/token", f"{ISSUER}/userinfo"


async def bound_token(library: Library) -> tuple[str, str]:
    """An access token that is bound, and the id of its client."""
    relying = await library.client(AuthMethod.NONE)
    proof = relying.proof(TOKEN, jti=f"token {relying.client_id}")
    answer = await relying.exchange(await relying.code(), headers={"DPoP": proof})
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "DPoP"
    return answer.json()["access_token"], relying.client_id


async def test_a_bound_token_needs_its_key_at_every_use(library: Library) -> None:
    token, _ = await bound_token(library)
    relying = await library.client()
    for method in ("GET", "POST"):
        proof = relying.proof(USERINFO, method=method, access_token=token, jti=method)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        answer = await library.counter.http.request(method, USERINFO, headers=headers)
        assert answer.status_code == 200, answer.text
        again = await library.counter.http.request(method, USERINFO, headers=headers)
        assert again.status_code == 401
        assert again.headers["www-authenticate"].startswith("DPoP ")


@pytest.mark.parametrize("defect", ["thief", "no proof", "bearer", "form", "method", "url", "ath", "two"])
async def test_a_stolen_bound_token_is_worth_nothing(library: Library, defect: str) -> None:
    token, _ = await bound_token(library)
    relying = await library.client()
    good = relying.proof(USERINFO, method="GET", access_token=token, jti="good")
    proofs = {
        "thief": [relying.proof(USERINFO, method="GET", access_token=token, who="thief", jti="thief")],
        "no proof": [],
        "method": [relying.proof(USERINFO, method="POST", access_token=token, jti="method")],
        "url": [relying.proof(TOKEN, method="GET", access_token=token, jti="url")],
        "ath": [relying.proof(USERINFO, method="GET", access_token="another", jti="ath")],
        "two": [good, relying.proof(USERINFO, method="GET", access_token=token, jti="second")],
    }.get(defect, [good])
    scheme = "Bearer" if defect == "bearer" else "DPoP"
    if defect == "form":
        answer = await library.counter.http.post(USERINFO, data={"access_token": token})
    else:
        headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", proof) for proof in proofs)]
        answer = await library.counter.http.get(USERINFO, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert answer.json()["error"] in ("invalid_token", "invalid_dpop_proof")


async def test_a_bearer_token_is_not_sent_as_a_bound_one(library: Library) -> None:
    relying = await library.client()
    token = (await relying.tokens())["access_token"]
    proof = relying.proof(USERINFO, method="GET", access_token=token, jti="one")
    answer = await relying.userinfo(token, "DPoP", DPoP=proof)
    assert answer.status_code == 401
    assert is_oauth_error(answer, "invalid_token")


async def test_a_bad_proof_at_the_token_endpoint_leaves_the_code_good(library: Library) -> None:
    relying = await library.client()
    code = await relying.code()
    for number, url in enumerate((USERINFO, f"{TOKEN}/", "https://evil.example/token")):
        proof = relying.proof(url, jti=f"bad {number}")
        answer = await relying.exchange(code, headers={"DPoP": proof})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    proof = relying.proof(TOKEN, jti="once")
    first = await relying.exchange(await relying.code(), headers={"DPoP": proof})
    assert first.status_code == 200
    replayed = await relying.exchange(code, headers={"DPoP": proof})
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_dpop_proof")
    assert (await relying.exchange(code)).status_code == 200


async def test_a_code_that_was_asked_for_with_a_key_needs_that_key(library: Library) -> None:
    relying = await library.client()
    code = await relying.code(dpop_jkt=public_key("dpop").thumbprint)
    without = await relying.exchange(code)
    assert (without.status_code, without.json()["error"]) == (400, "invalid_grant")
    thief = relying.proof(TOKEN, who="thief", jti="thief")
    stolen = await relying.exchange(code, headers={"DPoP": thief})
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    own = relying.proof(TOKEN, jti="own")
    assert (await relying.exchange(code, headers={"DPoP": own})).status_code == 200
