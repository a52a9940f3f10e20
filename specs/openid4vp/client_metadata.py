"""What a verifier says about itself inside a request (OpenID4VP 1.0 sections 5.1 and 11.1)."""

from collections.abc import Mapping
from typing import Any

from specs.oauth.message import Message, Names, parse_message
from specs.openid4vp.errors import InvalidClientMetadata


class ClientMetadata(Message):
    """The three members that may be there; others are ignored.

    `jwks`: keys to encrypt the response to, never to verify the request with.
    """

    jwks: Mapping[str, Any] | None = None
    encrypted_response_enc_values_supported: Names | None = None
    vp_formats_supported: Mapping[str, Any] | None = None


def create_client_metadata(vp_formats_supported: Mapping[str, Any]) -> dict[str, Any]:
    """For a response in the clear: without keys, and so without `enc` values (section 5.1)."""
    if not vp_formats_supported:
        raise ValueError("no formats")
    return {"vp_formats_supported": dict(vp_formats_supported)}


def parse_client_metadata(value: object) -> ClientMetadata:
    """The metadata in a request object. Raises InvalidClientMetadata."""
    return parse_message(ClientMetadata, value, InvalidClientMetadata)
