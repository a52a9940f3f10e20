"""Verifiers known beforehand, as the operator writes them down (OpenID4VP 1.0 section 5.9.2)::

{"verifiers": [{"client_id": "service-ontario", "name": "ServiceOntario", "jwks": {"keys": [...]},
                "response_uris": ["https://verifier.example/responses/1"],
                "origins": ["https://verifier.example"]}]}

Whoever is here needs no certificate: its keys and addresses are these and no others.
"""

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.encoding import EncodingError, parse_json_object
from specs.errors import ProtocolError
from specs.jose import parse_jwks
from specs.openid4vp import RegisteredClient, create_registered
from wallet_api.errors import BadRegisteredVerifiers

MAX_BYTES: Final = 1024 * 1024
_Text = Annotated[str, Field(min_length=1, max_length=2048)]


class _Verifier(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    client_id: _Text
    name: _Text | None = None
    jwks: dict[str, Any]
    response_uris: list[_Text] = []
    origins: list[_Text] = []


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    verifiers: list[_Verifier]


def read_registered_verifiers(path: Path) -> dict[str, RegisteredClient]:
    """The verifiers of the file, by their client identifier.

    Raises:
        BadRegisteredVerifiers: it cannot be read, names one twice, or one without keys or under a prefix.
    """
    try:
        file = _File.model_validate(parse_json_object(path.read_bytes(), max_bytes=MAX_BYTES))
        found = {one.client_id: _client(one) for one in file.verifiers}
    except (OSError, EncodingError, ValidationError, ValueError, ProtocolError) as error:
        raise BadRegisteredVerifiers(f"{path.name}: {type(error).__name__}") from error
    if len(found) != len(file.verifiers):
        raise BadRegisteredVerifiers(f"{path.name}: a verifier is named twice")
    return found


def _client(one: _Verifier) -> RegisteredClient:
    keys = tuple(parse_jwks(one.jwks))
    if not keys:
        raise ValueError("no keys")
    return RegisteredClient(
        client_id=create_registered(one.client_id).full,
        keys=keys,
        response_uris=frozenset(one.response_uris),
        origins=frozenset(one.origins),
        name=one.name,
    )
