"""How the answer travels (OpenID4VP 1.0 sections 8.2, 8.3.1, A.2), and the audience that follows from it."""

from enum import StrEnum


class ResponseMode(StrEnum):
    """The response modes of the specification that this product knows by name."""

    DIRECT_POST = "direct_post"
    DIRECT_POST_JWT = "direct_post.jwt"
    DC_API = "dc_api"
    DC_API_JWT = "dc_api.jwt"

    @property
    def encrypted(self) -> bool:
        """Whether the answer is a JWE for a key of the request (section 8.3)."""
        return self in _ENCRYPTED

    @property
    def browser(self) -> bool:
        """Whether the answer goes through the Digital Credentials API (section A.2), not to an address."""
        return self in _BROWSER


_ENCRYPTED = frozenset({ResponseMode.DIRECT_POST_JWT, ResponseMode.DC_API_JWT})
_BROWSER = frozenset({ResponseMode.DC_API, ResponseMode.DC_API_JWT})


def key_binding_audience(mode: ResponseMode, *, client_id: str | None, origin: str | None) -> str:
    """`aud` of the key binding JWT (sections 14.10, A.4, B.3.6).

    Through the browser's own interface always the origin of the calling page, whether the request was signed
    or not; otherwise the full client identifier with its prefix. ValueError when the one that is needed is
    missing.
    """
    if mode.browser:
        if not origin:
            raise ValueError("the origin is needed")
        return f"origin:{origin}"
    if not client_id:
        raise ValueError("the client identifier is needed")
    return client_id
