"""Hot routes: bytes in and bytes out, and documented all the same."""

import pytest
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from tests.trillium.runtime.asgi_client import client_of
from trillium.runtime.application import create_application
from trillium.runtime.openapi import (
    FORM,
    Content,
    HotRoute,
    add_hot_routes,
    describe_body,
    document_hot_routes,
)


class Proof(BaseModel):
    jwt: list[str]


class CredentialRequest(BaseModel):
    """What a wallet asks for."""

    credential_configuration_id: str
    proofs: Proof | None = None


class CredentialResponse(BaseModel):
    credentials: list[dict[str, str]]


async def credential(request: Request) -> Response:
    return Response(await request.body(), media_type="application/json")


async def status_list(request: Request) -> Response:
    return Response(request.path_params["list_id"], media_type="application/statuslist+jwt")


ROUTES = [
    HotRoute(
        method="POST",
        path="/credential",
        handler=credential,
        summary="Issue credentials",
        public=False,
        request=Content(description="The request", model=CredentialRequest),
        responses={
            400: Content(description="Refused"),
            200: Content(description="The credentials", model=CredentialResponse),
        },
        tags=["issuance"],
    ),
    HotRoute(
        method="POST",
        path="/token",
        handler=credential,
        summary="Redeem a code",
        public=True,
        request=Content(description="The request", media_type=FORM),
    ),
    HotRoute(
        method="GET",
        path="/lists/{list_id}",
        handler=status_list,
        summary="A status list",
        public=True,
        responses={200: Content(description="Signed", media_type="application/statuslist+jwt")},
    ),
]


@pytest.fixture
def app() -> object:
    made = create_application("Demo", "1.0")
    add_hot_routes(made, ROUTES)
    document_hot_routes(made, ROUTES)

    @made.get("/ordinary")
    async def ordinary() -> CredentialResponse:
        return CredentialResponse(credentials=[])

    return made


async def test_handlers_answer_bytes(app) -> None:  # type: ignore[no-untyped-def]
    async with client_of(app) as client:
        assert (await client.post("/credential", content=b"raw")).content == b"raw"
        assert (await client.get("/lists/7")).text == "7"
        assert (await client.get("/credential")).status_code == 405
        assert (await client.get("/lists/7/")).status_code == 404, "no redirects for slashes"


async def test_the_document_has_operations_and_models_of_both_kinds(app) -> None:  # type: ignore[no-untyped-def]
    async with client_of(app) as client:
        document = (await client.get("/openapi.json")).json()
        assert (await client.get("/openapi.json")).json() == document
        for page in ("/docs", "/redoc"):
            assert (await client.get(page)).status_code == 404, "they would load scripts from elsewhere"
    assert set(document["paths"]) == {"/credential", "/token", "/lists/{list_id}", "/ordinary"}
    operation = document["paths"]["/credential"]["post"]
    assert operation["operationId"] == "post_credential"
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/CredentialRequest"}
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/CredentialResponse"}
    assert {"CredentialRequest", "CredentialResponse", "Proof"} <= set(document["components"]["schemas"])
    assert (
        "application/x-www-form-urlencoded" in document["paths"]["/token"]["post"]["requestBody"]["content"]
    )
    parameters = document["paths"]["/lists/{list_id}"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["list_id"]


async def test_every_reference_of_the_document_leads_somewhere(app) -> None:  # type: ignore[no-untyped-def]
    document = app.openapi()
    schemas = document["components"]["schemas"]

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [str(value["$ref"])] if "$ref" in value else []
            return own + [found for member in value.values() for found in references(member)]
        if isinstance(value, list):
            return [found for member in value for found in references(member)]
        return []

    found = references(document)
    assert found
    assert {reference.rpartition("/")[2] for reference in found} <= set(schemas)


def test_a_body_that_a_route_reads_itself_is_described_without_references() -> None:
    body = describe_body(CredentialRequest)["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert body["required"]
    assert schema["required"] == ["credential_configuration_id"]
    proofs = schema["properties"]["proofs"]
    assert proofs["anyOf"][0]["properties"]["jwt"]["type"] == "array"
    assert "$ref" not in str(schema)
    assert "$defs" not in str(schema)
