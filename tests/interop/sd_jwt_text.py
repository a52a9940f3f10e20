"""What stands in an SD-JWT, read with nothing but the standard library: no code under test helps."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class JwtText:
    header: dict[str, Any]
    payload: dict[str, Any]


@dataclass(frozen=True)
class SdJwtText(JwtText):
    """The issuer's JWT, each disclosure as its JSON array, the key binding's JWT."""

    disclosures: list[list[Any]]
    key_binding: JwtText | None
    sd_hash: str
    """What the key binding has to say about everything before it (RFC 9901 section 4.3.1)."""

    @property
    def disclosed(self) -> dict[str, Any]:
        """Names and values of the object members that are disclosed; each name may occur once."""
        members = {name: value for _, name, value in self.disclosures}
        assert len(members) == len(self.disclosures)
        return members

    @property
    def salts(self) -> set[str]:
        return {disclosure[0] for disclosure in self.disclosures}

    @property
    def holder_key(self) -> tuple[str, str]:
        """The point of the `cnf` key."""
        jwk = self.payload["cnf"]["jwk"]
        return jwk["x"], jwk["y"]

    @property
    def status_entry(self) -> tuple[str, int]:
        """URI of the status list and the index in it."""
        reference = self.payload["status"]["status_list"]
        return reference["uri"], reference["idx"]


def read_jwt(text: str) -> JwtText:
    """A compact JWT, its signature unread."""
    header, payload, _ = text.split(".")
    return JwtText(_decode(header), _decode(payload))


def read_sd_jwt(text: str) -> SdJwtText:
    """An SD-JWT as issued, or a presentation with key binding."""
    issuer_jwt, *disclosures, last = text.split("~")
    jwt = read_jwt(issuer_jwt)
    digest = sha256(text.removesuffix(last).encode("ascii")).digest()
    return SdJwtText(
        jwt.header,
        jwt.payload,
        [_decode(disclosure) for disclosure in disclosures],
        read_jwt(last) if last else None,
        urlsafe_b64encode(digest).rstrip(b"=").decode(),
    )


def _decode(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
