"""What the issuer says about itself is what it does (4.01–4.08, 2.11, 2.15, 2.17, 2.28)."""

import json
from itertools import product
from typing import Any

import pytest

from specs.encoding import b64url_decode
from specs.jose import parse_jwks
from specs.oauth import parse_authorization_server_metadata
from specs.openid4vci import parse_issuer_metadata
from specs.sd_jwt_vc import (
    parse_credential,
    parse_jwt_vc_issuer_metadata,
    parse_type_metadata,
    verify_integrity,
)
from specs.well_known import appended, inserted
from tests.issuer.wallet import request_body
from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import GRANT_TYPE, ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = ("openid-credential-issuer", "oauth-authorization-server", "jwt-vc-issuer")
TYPES = ("photo-card", "proof-of-age")


async def document(issuer: RunningIssuer, name: str = NAMES[0]) -> dict[str, Any]:
    answer = await issuer.client.get(inserted(ISSUER, name))
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.parametrize("name", NAMES)
async def test_4_02_documents_are_at_the_inserted_and_the_appended_address_byte_for_byte(
    issuer: RunningIssuer, name: str
) -> None:
    answers = [await issuer.client.get(address(ISSUER, name)) for address in (inserted, appended)]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert "max-age" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
    assert answers[0].content == answers[1].content
    assert inserted(ISSUER, name) == f"https://issuer.example/.well-known/{name}/tenant"


@pytest.mark.parametrize("path", ["", "/", "/other", "/tenant/", "/tenant/x", "/Tenant"])
async def test_4_02_nobody_else_has_documents_here(issuer: RunningIssuer, path: str) -> None:
    answer = await issuer.client.get(f"https://issuer.example/.well-known/openid-credential-issuer{path}")
    assert answer.status_code == 404


async def test_4_01_each_document_names_the_issuer_that_was_asked(issuer: RunningIssuer) -> None:
    members = ("credential_issuer", "issuer", "issuer")
    for name, member in zip(NAMES, members, strict=True):
        assert (await document(issuer, name))[member] == ISSUER


async def test_4_05_the_issuer_metadata_passes_the_checks_of_a_wallet(issuer: RunningIssuer) -> None:
    answer = await issuer.client.get(inserted(ISSUER, NAMES[0]))
    metadata = parse_issuer_metadata(answer.content, credential_issuer=ISSUER)
    assert metadata.batch_size == 10
    body = answer.json()
    assert "authorization_servers" not in body  # the issuer is its own
    assert {body[name] for name in ("credential_endpoint", "nonce_endpoint")} == {
        f"{ISSUER}/credential",
        f"{ISSUER}/nonce",
    }
    assert (body["deferred_credential_endpoint"], body["notification_endpoint"]) == (
        f"{ISSUER}/deferred-credential",
        f"{ISSUER}/notification",
    )
    assert {entry["locale"] for entry in body["display"]} == {"en-CA", "fr-CA"}


@pytest.mark.parametrize("name", TYPES)
async def test_4_06_a_configuration_says_everything_a_wallet_needs(issuer: RunningIssuer, name: str) -> None:
    entry = (await document(issuer))["credential_configurations_supported"][name]
    assert (entry["format"], entry["scope"]) == ("dc+sd-jwt", name)
    assert entry["vct"] == f"{ISSUER}/types/{name}/1"
    assert entry["cryptographic_binding_methods_supported"] == ["jwk"]
    assert set(entry["proof_types_supported"]) == {"jwt"}
    assert "display" not in entry
    assert {shown["locale"] for shown in entry["credential_metadata"]["display"]} == {"en-CA", "fr-CA"}


async def test_4_08_the_credentials_are_as_the_metadata_says(issuer: RunningIssuer) -> None:
    supported = (await document(issuer))["credential_configurations_supported"]
    for name in TYPES:
        credential = parse_credential((await issuer.issue(1, name))[0])
        assert credential.header["alg"] in supported[name]["credential_signing_alg_values_supported"]
        assert credential.vct == supported[name]["vct"]
        described = {tuple(claim["path"]) for claim in supported[name]["credential_metadata"]["claims"]}
        shown = {json.loads(b64url_decode(text))[1] for text in credential.sd_jwt.disclosures}
        assert shown
        assert shown <= {path[-1] for path in described}


async def test_4_08_every_announced_endpoint_answers_and_takes_what_it_announces(
    issuer: RunningIssuer,
) -> None:
    body, server = await document(issuer), await document(issuer, NAMES[1])
    nonce = (await issuer.client.post(body["nonce_endpoint"])).json()["c_nonce"]
    offer = await issuer.offer()
    code = offer["credential_offer"]["grants"][GRANT_TYPE]["pre-authorized_code"]
    form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}
    assert GRANT_TYPE in server["grant_types_supported"]
    assert server["pre-authorized_grant_anonymous_access_supported"] is True
    token = (await issuer.client.post(server["token_endpoint"], data=form)).json()["access_token"]
    size = body["batch_credential_issuance"]["batch_size"]
    answer = await issuer.client.post(
        body["credential_endpoint"],
        json=request_body(issuer.prover().proofs(nonce, size)),
        headers={"Authorization": f"Bearer {token}"},
    )
    assert len(answer.json()["credentials"]) == size
    supported = body["credential_configurations_supported"].values()
    assert set(server["scopes_supported"]) == {entry["scope"] for entry in supported}


async def test_4_07_the_server_metadata_passes_the_checks_of_a_wallet(issuer: RunningIssuer) -> None:
    answer = await issuer.client.get(inserted(ISSUER, NAMES[1]))
    metadata = parse_authorization_server_metadata(answer.content, issuer=ISSUER)
    assert metadata.token_endpoint == f"{ISSUER}/token"


@pytest.mark.parametrize("address", [f"{ISSUER}/jwks", inserted(ISSUER, "jwt-vc-issuer")])
async def test_published_keys_are_public_have_names_and_are_no_secrets(
    issuer: RunningIssuer, address: str
) -> None:
    body = (await issuer.client.get(address)).json()
    keys = body.get("jwks", body)["keys"]
    assert parse_jwks({"keys": keys})
    for key in keys:
        assert key["kid"]
        assert not {"d", "p", "q", "k"} & set(key)


async def test_2_11_a_credential_is_verified_with_the_keys_of_the_web_metadata(issuer: RunningIssuer) -> None:
    answer = await issuer.client.get(inserted(ISSUER, "jwt-vc-issuer"))
    metadata = parse_jwt_vc_issuer_metadata(answer.content, ISSUER)
    published = {key.thumbprint for key in metadata.jwks or ()}
    assert published
    for name in TYPES:
        header = parse_credential((await issuer.issue(1, name))[0]).header
        assert ("x5c" in header) != (header.get("kid") in published)


@pytest.mark.parametrize("name", TYPES)
async def test_2_28_the_integrity_in_a_credential_is_that_of_the_bytes_served(
    issuer: RunningIssuer, name: str
) -> None:
    payload = parse_credential((await issuer.issue(1, name))[0]).sd_jwt.payload
    answer = await issuer.client.get(payload["vct"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    verify_integrity(answer.content, payload["vct#integrity"])
    assert parse_type_metadata(answer.content).vct == payload["vct"]
    # 2.15: what a publisher says with it
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["photo-card/2", "passport/1", "photo-card/1/", "photo-card", "..%2Fjwks/1"])
async def test_another_type_is_not_found(issuer: RunningIssuer, path: str) -> None:
    answer = await issuer.client.get(f"{ISSUER}/types/{path}")
    assert problem(answer)[0] == 404


async def test_documents_are_not_sent_again_to_who_has_them(issuer: RunningIssuer) -> None:
    for address in (inserted(ISSUER, NAMES[0]), f"{ISSUER}/types/photo-card/1"):
        first = await issuer.client.get(address)
        again = await issuer.client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        changed = await issuer.client.get(address, headers={"If-None-Match": '"another"'})
        assert changed.content == first.content


ACCEPTS = (
    "application/json",
    "text/html",
    "application/json, application/jwt",
    "*/*",
    "application/jwt;q=0",
    "",
)


@pytest.mark.parametrize(("name", "accept"), list(product(NAMES, ACCEPTS)))
async def test_4_03_the_unsigned_form_is_there_whatever_is_accepted(
    issuer: RunningIssuer, name: str, accept: str
) -> None:
    answer = await issuer.client.get(inserted(ISSUER, name), headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


async def test_a_document_is_read_with_head_and_not_with_post(issuer: RunningIssuer) -> None:
    for name in NAMES:
        head = await issuer.client.head(inserted(ISSUER, name))
        assert (head.status_code, head.content) == (200, b"")
        assert problem(await issuer.client.post(inserted(ISSUER, name)))[0] == 405


async def test_pages_of_other_origins_may_ask_for_documents_but_not_for_more(issuer: RunningIssuer) -> None:
    asks = {"Origin": "https://wallet.example", "Access-Control-Request-Method": "GET"}
    allowed = await issuer.client.options(inserted(ISSUER, NAMES[0]), headers=asks)
    assert allowed.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await issuer.client.options(f"{ISSUER}/management/offers", headers=asks)
    assert "access-control-allow-origin" not in refused.headers


async def test_the_description_of_the_api_lists_every_public_operation(issuer: RunningIssuer) -> None:
    described = (await issuer.client.get(f"{ISSUER}/openapi.json")).json()["paths"]
    for path in (
        "/credential",
        "/nonce",
        "/token",
        "/offers/{reference}",
        "/status-lists/{list_id}",
        "/health",
    ):
        assert path in described
    assert json.dumps(described).count("management") > 5


async def test_health_checks_need_no_token_and_say_nothing_else(issuer: RunningIssuer) -> None:
    answer = await issuer.client.get(f"{ISSUER}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "up"})
