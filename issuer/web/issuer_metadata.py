"""``GET /.well-known/openid-credential-issuer``: the one document that wallets get in several forms.

JSON or signed (by ``Accept``), in all languages or in those of ``Accept-Language`` (OpenID4VCI section
12.2.2).
"""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from issuer.services.present_metadata import PresentMetadata
from issuer.web.documents import METADATA_MAX_AGE
from issuer.web.status_lists import matches, quality
from trillium.runtime.i18n import accepted_languages

JSON, JWT = "application/json", "application/jwt"
_WILDCARDS = ("application/*", "*/*")


class IssuerMetadataEndpoint:
    """Any other ``Accept`` gets JSON: the unsigned form is always there, and status 200 (4.03)."""

    def __init__(self, present: PresentMetadata) -> None:
        self._present = present

    async def respond(self, request: Request) -> Response:
        languages = accepted_languages(",".join(request.headers.getlist("accept-language")))
        signed = prefers_signed(",".join(request.headers.getlist("accept")))
        document = await self._present.signed(languages) if signed else self._present.plain(languages)
        etag = f'"{hashlib.sha256(document.body).hexdigest()[:32]}"'
        headers = {
            "ETag": etag,
            "Cache-Control": f"public, max-age={METADATA_MAX_AGE}",
            "Content-Language": ", ".join(document.languages),
            "Vary": "Accept, Accept-Language",
        }
        if matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return Response(document.body, media_type=JWT if signed else JSON, headers=headers)


def prefers_signed(accept: str) -> bool:
    """Whether an ``Accept`` header (RFC 9110 section 12.5.1) names the signed form and likes it best.

    Not when both are liked alike: who takes a signed document must know the signer or throw it away.
    """
    named = {part.partition(";")[0].strip().lower(): quality(part) for part in accept.split(",")}
    plain = max((named[one] for one in (JSON, *_WILDCARDS) if one in named), default=0.0)
    if JSON in named:
        plain = named[JSON]
    return named.get(JWT, 0.0) > plain
