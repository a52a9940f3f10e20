"""Clients for tests of rules: nothing of them is stored."""

from datetime import timedelta
from typing import Any

from tests.verifier.issuing import NOW
from verifier.domain.openid.client import Approval, AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.relying_service import ClientId, RelyingService

CLIENT_ID = ClientId("oc-1")


def client(*presets: str, window: timedelta = timedelta(0), **changed: Any) -> RegisteredClient:
    """One that may use these presets."""
    names = (("en-CA", "Library"), ("fr-CA", "Bibliothèque"))
    members: dict[str, Any] = {
        "client_id": CLIENT_ID,
        "redirect_uris": ("https://library.example/cb",),
        "auth_method": AuthMethod.NONE,
        "sector": "library.example",
        "reauthentication_window": window,
        "approval": Approval.APPROVED,
        "created_at": NOW,
    }
    service = RelyingService(CLIENT_ID, bytes(32), names, presets or ("sign-in",), NOW)
    return RegisteredClient(service, OpenIdClient(**(members | changed)))
