"""Clients registered beforehand: no prefix (OpenID4VP 1.0 sections 5.9.2 and 5.10, RFC 6749 section 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specs.jose.jwk import PublicJwk
from specs.openid4vp.client_id.prefix import ClientId, parse_client_id
from specs.openid4vp.errors import InvalidRequestObjectSignature, ResponseUriNotAllowed, UnknownClient


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """What was agreed on beforehand: the keys of a client's requests and where its answers may go.

    `response_uris`, `origins`: compared as written; a page of any other origin may not ask in its name.
    """

    client_id: str
    keys: tuple[PublicJwk, ...] = field(repr=False)
    response_uris: frozenset[str]
    origins: frozenset[str] = frozenset()
    name: str | None = None


def create_registered(identifier: str) -> ClientId:
    """The client identifier of a registered client. ValueError when a wallet would see a prefix in it."""
    client_id = parse_client_id(identifier)
    if client_id.prefix is not None:
        raise ValueError("this identifier has a prefix")
    return client_id


def find_registered(client_id: ClientId, clients: Mapping[str, RegisteredClient]) -> RegisteredClient:
    """The client under this identifier, compared as written. Raises UnknownClient."""
    found = clients.get(client_id.full) if client_id.prefix is None else None
    if found is None:
        raise UnknownClient
    return found


def key_of_registered(client: RegisteredClient, header: Mapping[str, Any]) -> PublicJwk:
    """The key that the header names by `kid`; the only one when it names none.

    The header chooses among the registered keys and can bring none. Raises InvalidRequestObjectSignature.
    """
    key_id = header.get("kid")
    fitting = [one for one in client.keys if key_id is None or one.kid == key_id]
    if len(fitting) != 1:
        raise InvalidRequestObjectSignature("kid")
    return fitting[0]


def verify_registered(client: RegisteredClient, response_uri: str) -> None:
    """Returns when the answer goes to one of the registered addresses. Raises ResponseUriNotAllowed."""
    if response_uri not in client.response_uris:
        raise ResponseUriNotAllowed("not registered")
