"""A holder in memory: presents what it holds, honestly or with one thing wrong."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from specs.encoding import b64url_encode, create_json
from specs.sd_jwt import PlanPath, open_held_sd_jwt, parse_sd_jwt, select_disclosures
from tests.verifier.issuing import NOW, private_key, sign

NINETEEN: PlanPath = ("age_equal_or_over", "19")


@dataclass(frozen=True)
class Binding:
    """What a presentation is bound to, and how that is said. ``None`` in the changes leaves a member out."""

    nonce: str
    audience: str
    issued_at: datetime = NOW
    claims: Mapping[str, Any] | None = None
    header: Mapping[str, Any] | None = None
    key: str = "holder"

    def jwt(self, presented: str) -> str:
        """The key-binding JWT for what stands before it."""
        head = {"alg": "ES256", "typ": "kb+jwt"} | dict(self.header or {})
        body = {
            "iat": int(self.issued_at.timestamp()),
            "aud": self.audience,
            "nonce": self.nonce,
            "sd_hash": b64url_encode(hashlib.sha256(presented.encode()).digest()),
        } | dict(self.claims or {})
        return sign(_without_none(head), create_json(_without_none(body)), private_key(self.key))


def choose(credential: str, paths: Iterable[PlanPath]) -> str:
    """The credential with only these claims shown."""
    return select_disclosures(open_held_sd_jwt(parse_sd_jwt(credential)), paths).text


def present(credential: str, binding: Binding, *paths: PlanPath) -> str:
    """An honest presentation, but for what the binding says."""
    chosen = choose(credential, paths)
    return chosen + binding.jwt(chosen)


def present_text(text: str, binding: Binding) -> str:
    """Whatever text with a key binding over it; for credentials that an honest wallet would not open."""
    return text + binding.jwt(text)


def with_disclosures(credential: str, disclosures: Sequence[str]) -> str:
    """The issuer-signed part with other disclosures."""
    return "~".join((credential.split("~", maxsplit=1)[0], *disclosures, ""))


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
