"""Relying services of the OpenID provider: registered with it, and set up in software of others."""

import json
import secrets
from dataclasses import dataclass
from importlib import resources
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_encode
from specs.jose import create_public_jwk
from tests.interop.openid_services import NodeService
from tests.interop.server_process import TIMEOUT_S, ServerProcess

NAMES = {"client_name": "Corner shop", "client_name#fr-CA": "Dépanneur du coin"}
PURPOSES = {
    "purpose": "To sell what not everybody may buy.",
    "purpose#fr-CA": "Vendre ce que tout le monde ne peut pas acheter.",
}


@dataclass(frozen=True)
class OpenIdDesk:
    """Where services register themselves."""

    server: ServerProcess
    node_origin: str

    @property
    def issuer(self) -> str:
        """The provider's issuer identifier."""
        return f"{self.server.verifier}/openid"

    def register(self, *presets: str, **metadata: Any) -> dict[str, Any]:
        """By RFC 7591, as the sandbox lets everybody."""
        said = {**NAMES, **PURPOSES, "presets": list(presets), "needs": needs_of(*presets)}
        wanted = {**said, **metadata}
        answer = httpx.post(f"{self.issuer}/register", json=wanted, timeout=TIMEOUT_S, trust_env=False)
        assert answer.status_code == 201, answer.text
        registered: dict[str, Any] = answer.json()
        return registered

    def node_service(self, *presets: str, host: str = "localhost", **options: Any) -> NodeService:
        """A service of its own name with openid-client. ``metadata``: what it registers besides."""
        origin = self.node_origin.replace("localhost", host)
        service = NodeService(origin, f"shop-{secrets.token_hex(4)}")
        authentication = options.get("authentication", "client_secret_basic")
        metadata = {
            "redirect_uris": [service.redirect_uri],
            "post_logout_redirect_uris": [service.after_logout],
            "token_endpoint_auth_method": authentication,
            **options.pop("metadata", {}),
        }
        if authentication == "private_key_jwt":
            options["private_jwk"], metadata["jwks"] = _client_key()
        registered = self.register(*presets, **metadata)
        known = {name: registered[name] for name in ("client_id", "client_secret") if name in registered}
        told = {
            name: metadata[name]
            for name in ("id_token_signed_response_alg", "token_endpoint_auth_signing_alg")
            if name in metadata
        }
        service.set_up(issuer=self.issuer, host=origin, metadata=told, **known, **options)
        return service


def needs_of(*presets: str) -> list[str]:
    """What a service has to know for these presets, and nothing more."""
    files = [resources.files("verifier") / "presets" / f"{preset}.json" for preset in presets]
    return [need for file in files for need in json.loads(file.read_bytes())["needs"]]


def _client_key() -> tuple[dict[str, Any], dict[str, Any]]:
    """A key of the client as it keeps it, and as it publishes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = create_public_jwk(key.public_key(), kid="client-1")
    number = key.private_numbers().private_value.to_bytes(32)
    return {**public, "d": b64url_encode(number)}, {"keys": [{**public, "alg": "ES256", "use": "sig"}]}
