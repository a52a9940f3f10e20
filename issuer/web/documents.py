"""Documents about the issuer: metadata, keys and credential types. Public and the same for everybody."""

import hashlib
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from issuer.domain.configuration import CredentialConfiguration
from issuer.errors import UnknownType
from issuer.web.status_lists import matches

METADATA_MAX_AGE = 300
TYPE_MAX_AGE = 86_400
_JSON = "application/json"


class Document:
    """A JSON document that never changes while the process runs."""

    def __init__(self, body: bytes, *, max_age: int, inert: bool = False) -> None:
        """``inert``: what a stranger's page embeds must not run (SD-JWT VC section 7.2, requirement 2.15)."""
        self._body = body
        self._etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._headers = {"ETag": self._etag, "Cache-Control": f"public, max-age={max_age}"}
        if inert:
            self._headers["Content-Security-Policy"] = "default-src 'none'"

    async def respond(self, request: Request) -> Response:
        if matches(request.headers.get("if-none-match", ""), self._etag):
            return Response(status_code=304, headers=self._headers)
        return Response(self._body, media_type=_JSON, headers=self._headers)


class TypeDocuments:
    """``GET /types/{type}/{version}``: type metadata, octet for octet what ``vct#integrity`` was made of."""

    def __init__(self, configurations: Iterable[CredentialConfiguration]) -> None:
        self._documents = {
            (one.id, one.settings.version): Document(one.type_metadata, max_age=TYPE_MAX_AGE, inert=True)
            for one in configurations
        }

    async def respond(self, request: Request) -> Response:
        name, version = request.path_params["type"], request.path_params["version"]
        document = self._documents.get((name, version))
        if document is None:
            raise UnknownType
        return await document.respond(request)
