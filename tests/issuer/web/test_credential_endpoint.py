"""The credential endpoint: tokens, bodies, what is asked for, and what comes back (4.29, 4.35–4.38)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from specs.encoding import b64url_decode, b64url_encode
from specs.oauth.access_token import MAX_BEARER_LIFETIME
from specs.sd_jwt_vc import parse_credential
from tests.issuer.wallet import holder_key, request_body
from tests.issuer.web.answers import refusal
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

INVALID_REQUEST = (400, "invalid_credential_request")


async def good_body(issuer: RunningIssuer, copies: int = 1, **members: Any) -> dict[str, Any]:
    return request_body(issuer.prover().proofs(await issuer.nonce(), copies), **members)


async def told_and_nothing_written(
    issuer: RunningIssuer, token: str | None, body: Any, **request: Any
) -> tuple[int, str]:
    before = issuer.rows()
    answer = await issuer.request(token, body, **request)
    assert issuer.rows() == before
    return refusal(answer)


# What comes back.


async def test_4_35_the_answer_is_json_with_the_credentials_and_nothing_else(issuer: RunningIssuer) -> None:
    answer = await issuer.request(await issuer.access_token(), await good_body(issuer, 3))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"credentials", "notification_id"}
    assert [set(entry) for entry in answer.json()["credentials"]] == [{"credential"}] * 3
    keys = []
    for number, entry in enumerate(answer.json()["credentials"]):
        credential = parse_credential(entry["credential"])
        confirmation = credential.sd_jwt.payload["cnf"]
        assert set(confirmation) == {"jwk"}
        assert confirmation["jwk"] == dict(holder_key(number).members)
        assert credential.header["typ"] == "dc+sd-jwt"
        assert entry["credential"].endswith("~")
        keys.append(confirmation["jwk"]["x"])
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"Accept": "application/jwt"},
        {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"},
        {"Accept": "*/*", "Accept-Language": "fr-CA", "Accept-Encoding": "gzip, br"},
        {"X-Forwarded-For": "2001:db8::7", "Forwarded": 'for="[2001:db8::7]"'},
        {"Content-Type": "application/json; charset=utf-8"},
    ],
    ids=lambda headers: next(iter(headers.values()))[:24],
)
async def test_other_request_headers_make_no_difference(
    issuer: RunningIssuer, headers: dict[str, str]
) -> None:
    body = json.dumps(await good_body(issuer)).encode()
    answer = await issuer.request(await issuer.access_token(), body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


async def test_4_29_members_that_nobody_knows_are_ignored(issuer: RunningIssuer) -> None:
    body = await good_body(issuer, format="dc+sd-jwt", issuer_state="x", **{"urn:example": [{"deep": None}]})
    assert (await issuer.request(await issuer.access_token(), body)).status_code == 200


async def test_4_37_a_token_serves_several_requests_until_it_ends(issuer: RunningIssuer) -> None:
    token = await issuer.access_token(("photo-card", "proof-of-age"))
    for configuration_id in ("photo-card", "proof-of-age", "photo-card"):
        body = await good_body(issuer, configuration_id=configuration_id)
        assert (await issuer.request(token, body)).status_code == 200
    cards = [row for row in issuer.rows()["issuer_credential"] if row[5] == 0]
    assert len(cards) >= 3  # and nothing was revoked because of it


# Access tokens.


async def test_4_20_a_token_is_good_for_five_minutes_and_not_longer(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    issuer.clock.moment += MAX_BEARER_LIFETIME - timedelta(milliseconds=1)
    assert (await issuer.request(token, await good_body(issuer))).status_code == 200
    issuer.clock.moment += timedelta(milliseconds=1)
    told = await told_and_nothing_written(issuer, token, await good_body(issuer))
    assert told == (401, "invalid_token")


async def test_a_request_without_token_is_told_the_scheme_and_no_more(issuer: RunningIssuer) -> None:
    answer = await issuer.request(None, await good_body(issuer))
    assert answer.headers["www-authenticate"].startswith("Bearer, DPoP algs=")  # RFC 6750 section 3.1
    assert "error" not in answer.headers["www-authenticate"]
    assert refusal(answer)[0] == 401


@pytest.mark.parametrize("scheme", ["DPoP", "Basic", "Token", "bearer-token"])
async def test_the_token_in_another_scheme_is_no_token(issuer: RunningIssuer, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {await issuer.access_token()}"}
    assert (await told_and_nothing_written(issuer, None, await good_body(issuer), headers=headers))[0] == 401


async def test_the_scheme_is_written_in_any_case(issuer: RunningIssuer) -> None:
    headers = {"Authorization": f"bEARER {await issuer.access_token()}"}
    assert (await issuer.request(None, await good_body(issuer), headers=headers)).status_code == 200


@pytest.mark.parametrize("also_in_header", [True, False])
async def test_4_38_a_token_in_the_query_is_refused(issuer: RunningIssuer, also_in_header: bool) -> None:
    token = await issuer.access_token()
    told = await told_and_nothing_written(
        issuer,
        token if also_in_header else None,
        await good_body(issuer),
        params={"access_token": token},
    )
    assert told == (400, "invalid_request")


def with_claims(token: str, **claims: Any) -> str:
    """The token with other claims, under its old signature."""
    header, payload, signature = token.split(".")
    members = json.loads(b64url_decode(payload)) | claims
    return f"{header}.{b64url_encode(json.dumps(members).encode())}.{signature}"


async def test_a_token_that_is_not_ours_is_refused(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    header, payload, signature = token.split(".")
    none = b64url_encode(b'{"alg":"none","typ":"at+jwt"}')
    forged = [
        *("a.b.c", "opaque", token[:-4] + "AAAA", f"{header}.{payload}.", f"{none}.{payload}."),
        with_claims(token, credential_configuration_ids=["photo-card", "proof-of-age"]),
        with_claims(token, exp=4_102_444_800),
        issuer.prover().proof(await issuer.nonce()),
        (await issuer.issue())[0].partition("~")[0],
    ]
    for one in forged:
        told = await told_and_nothing_written(issuer, one, await good_body(issuer))
        assert told == (401, "invalid_token"), one
    assert signature


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer a b", "Bearer ä", "Bearer " + "a" * 9000])
async def test_an_authorization_header_that_is_none(issuer: RunningIssuer, value: str) -> None:
    headers = {"Authorization": value.encode("latin-1")}
    before = issuer.rows()
    answer = await issuer.client.post(f"{ISSUER}/credential", json=await good_body(issuer), headers=headers)
    assert refusal(answer)[0] in (400, 401)
    assert issuer.rows() == before


async def test_two_authorization_headers_are_refused(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    headers = [("Authorization", f"Bearer {token}")] * 2
    answer = await issuer.client.post(f"{ISSUER}/credential", json=await good_body(issuer), headers=headers)
    assert refusal(answer) == (400, "invalid_request")


async def test_4_21_a_token_is_limited_to_what_was_offered(issuer: RunningIssuer) -> None:
    token = await issuer.access_token(("proof-of-age",))
    answer = await issuer.request(token, await good_body(issuer, configuration_id="photo-card"))
    assert refusal(answer) == (403, "insufficient_scope")
    assert "insufficient_scope" in answer.headers["www-authenticate"]


# What is asked for.


@pytest.mark.parametrize("name", ["passport", "PHOTO-CARD", "photo-card/1", "", "../photo-card", "\u0000"])
async def test_4_36_an_unknown_configuration(issuer: RunningIssuer, name: str) -> None:
    body = await good_body(issuer, configuration_id=name)
    told = await told_and_nothing_written(issuer, await issuer.access_token(), body)
    assert told == (400, "unknown_credential_configuration")


@pytest.mark.parametrize("name", ["photo-card", "CivilEngineering-2023", ""])
async def test_4_36_an_unknown_identifier(issuer: RunningIssuer, name: str) -> None:
    """None was given out with the token, so none is known."""
    body = await good_body(issuer) | {"credential_identifier": name}
    del body["credential_configuration_id"]
    told = await told_and_nothing_written(issuer, await issuer.access_token(), body)
    assert told == (400, "unknown_credential_identifier")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"credential_identifier": "a", "credential_configuration_id": "photo-card"},
        {"credential_configuration_id": 7},
        {"credential_configuration_id": ["photo-card"]},
        {"credential_configuration_id": None},
        {"format": "dc+sd-jwt", "vct": "https://issuer.example/tenant/types/photo-card/1"},
    ],
    ids=["neither", "both", "number", "array", "null", "as-in-old-drafts"],
)
async def test_4_29_exactly_one_of_identifier_and_configuration(
    issuer: RunningIssuer, members: dict[str, Any]
) -> None:
    proofs = (await good_body(issuer))["proofs"]
    told = await told_and_nothing_written(issuer, await issuer.access_token(), {"proofs": proofs, **members})
    assert told == INVALID_REQUEST


@pytest.mark.parametrize(
    "encryption",
    [
        {"jwk": dict(holder_key().members), "alg": "ECDH-ES", "enc": "A128GCM"},
        {"enc": "none"},
        {},
        None,
        "yes",
    ],
    ids=["well-formed", "unknown-enc", "empty", "null", "text"],
)
async def test_4_40_a_request_in_the_clear_gets_no_encrypted_answer_and_none_in_the_clear_either(
    issuer: RunningIssuer, encryption: Any
) -> None:
    body = await good_body(issuer, credential_response_encryption=encryption)
    told = await told_and_nothing_written(issuer, await issuer.access_token(), body)
    assert told == (400, "invalid_encryption_parameters")


# Bodies.


NOT_OBJECTS = {
    "empty": b"",
    "not-json": b"credential_configuration_id=photo-card",
    "cut-short": b'{"credential_configuration_id": "photo-card"',
    "array": b"[]",
    "text": b'"photo-card"',
    "null": b"null",
    "not-utf8": b'{"credential_configuration_id": "\xff"}',
    "byte-order-mark": b'\xef\xbb\xbf{"credential_configuration_id": "photo-card"}',
    "not-a-number": b'{"credential_configuration_id": NaN}',
    "comment": b'{"credential_configuration_id": "photo-card"} // please',
    "too-deep": b'{"a":' * 200 + b"1" + b"}" * 200,
    "lone-surrogate": b'{"credential_configuration_id": "\\ud800"}',
    "two-documents": b"{}{}",
}


@pytest.mark.parametrize("defect", NOT_OBJECTS)
async def test_a_body_that_is_no_json_object(issuer: RunningIssuer, defect: str) -> None:
    told = await told_and_nothing_written(issuer, await issuer.access_token(), NOT_OBJECTS[defect])
    assert told == INVALID_REQUEST


@pytest.mark.parametrize("name", ["credential_configuration_id", "proofs", "jwt", "whatever"])
async def test_duplicate_members_are_refused_at_every_depth(issuer: RunningIssuer, name: str) -> None:
    """Two readers could take different ones."""
    text = json.dumps(await good_body(issuer, whatever={"whatever": 1}))
    twice = text.replace(f'"{name}": ', f'"{name}": null, "{name}": ', 1)
    assert twice != text
    told = await told_and_nothing_written(issuer, await issuer.access_token(), twice.encode())
    assert told == INVALID_REQUEST


async def test_a_body_over_a_mebibyte_is_not_read(issuer: RunningIssuer) -> None:
    body = json.dumps(await good_body(issuer, padding="x" * 1024 * 1024)).encode()
    told = await told_and_nothing_written(issuer, await issuer.access_token(), body)
    assert told == (413, "invalid_request")


async def test_a_compressed_body_is_not_read(issuer: RunningIssuer) -> None:
    told = await told_and_nothing_written(
        issuer, await issuer.access_token(), b"\x1f\x8b", headers={"Content-Encoding": "gzip"}
    )
    assert told == (415, "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "text/plain", "application/json5", "application/jose", ""],
)
async def test_4_36_a_request_of_another_type_is_malformed(issuer: RunningIssuer, content_type: str) -> None:
    body = json.dumps(await good_body(issuer)).encode()
    told = await told_and_nothing_written(
        issuer, await issuer.access_token(), body, headers={"Content-Type": content_type}
    )
    assert told == INVALID_REQUEST


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_another_method_is_told_which_one_there_is(issuer: RunningIssuer, method: str) -> None:
    answer = await issuer.client.request(method, f"{ISSUER}/credential")
    assert refusal(answer) == (405, "invalid_request")
    assert answer.headers["allow"] == "POST"


async def test_the_token_is_checked_before_the_request_is_looked_at(issuer: RunningIssuer) -> None:
    """So a stranger learns nothing about configurations, and costs no signature check."""
    for body in (b"", b"{}", json.dumps({"credential_configuration_id": "passport"}).encode()):
        assert refusal(await issuer.request("opaque", body)) == (401, "invalid_token")
