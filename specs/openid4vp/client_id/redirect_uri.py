"""`redirect_uri:` the client is the address its answers go to (OpenID4VP 1.0 section 5.9.3).

Nobody vouches for such a client, and its requests cannot be signed: what is known is where an answer goes.
"""

from specs.openid4vp.client_id.prefix import MAX_CLIENT_ID_LENGTH, ClientId, Prefix
from specs.openid4vp.errors import ClientIdMismatch


def create_redirect_uri(response_uri: str) -> ClientId:
    """The client identifier of a verifier known by its response URI. ValueError when it is too long."""
    full = f"{Prefix.REDIRECT_URI}:{response_uri}"
    if not response_uri or len(full) > MAX_CLIENT_ID_LENGTH:
        raise ValueError("no address, or one that is too long")
    return ClientId(full, Prefix.REDIRECT_URI, response_uri)


def verify_redirect_uri(client_id: ClientId, response_uri: str) -> None:
    """Returns when an answer goes to nobody but the client; compared as written. ClientIdMismatch."""
    if client_id.value != response_uri:
        raise ClientIdMismatch("response_uri")
