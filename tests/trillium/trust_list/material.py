"""An operator with a key, lists to sign, and places to put them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from keys import KeyPurpose, KeySpec, open_key_ring
from specs.encoding import create_json
from specs.jose import PublicJwk, TrustAnchors, create_x5c, public_jwk_of, trust_anchors
from tests.verifier.issuing import ISSUER, NOW, PHOTO_CARD, PROOF_OF_AGE, authority, sign
from trillium.runtime.trust_list import (
    ListedAuthority,
    ListedIssuer,
    ListedType,
    ListFile,
    Mechanism,
    TrustList,
    TrustListSource,
)
from trillium.runtime.trust_list.payload import create_payload
from trillium.runtime.trust_list.token import TYPE

DAY = timedelta(days=1)
ID = "urn:test:list"
NAMES = {"en-CA": "Ministry", "fr-CA": "Ministère"}
WEB_ISSUER = "https://library.example/cards"
LIBRARY_CARD = "https://library.example/types/library-card/1"


@cache
def operator_key(who: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public(who: str = "operator") -> PublicJwk:
    return public_jwk_of(operator_key(who).public_key())


def anchors(who: str = "issuer") -> TrustAnchors:
    return trust_anchors([authority(who).certificate])


@cache
def sandbox_anchors() -> TrustAnchors:
    """As a first start makes them."""
    ring = open_key_ring("memory:", sandbox=True, now=NOW)
    ring.ensure({KeyPurpose.CREDENTIAL: KeySpec(("localhost",), certificate=True)}, NOW)
    return ring.anchors()


def issuer(**changed: Any) -> ListedIssuer:
    types = (ListedType(PHOTO_CARD), ListedType(PROOF_OF_AGE))
    return replace(ListedIssuer(ISSUER, NAMES, Mechanism.X5C, anchors(), types), **changed)


def web_issuer(**changed: Any) -> ListedIssuer:
    """One that publishes its keys under its own name."""
    one = ListedIssuer(WEB_ISSUER, NAMES, Mechanism.METADATA, anchors("library"), (ListedType(LIBRARY_CARD),))
    return replace(one, **changed)


def trust_list(version: int = 1, **changed: Any) -> TrustList:
    made = TrustList(
        id=ID,
        version=version,
        issued_at=NOW - DAY,
        next_update=NOW + 30 * DAY,
        issuers=(issuer(), web_issuer()),
        verifiers=(ListedAuthority(NAMES, anchors("verifiers")),),
    )
    return replace(made, **changed)


def payload(**changed: Any) -> dict[str, Any]:
    """The members of a good list, some of them spoilt; ``None`` leaves one out."""
    members = create_payload(trust_list()) | changed
    return {name: value for name, value in members.items() if value is not None}


def signed(
    content: TrustList | Mapping[str, Any] | bytes | None = None,
    *,
    who: str = "operator",
    header: Mapping[str, Any] | None = None,
) -> bytes:
    """A token over a list, or over anything at all."""
    content = trust_list() if content is None else content
    if isinstance(content, TrustList):
        content = create_payload(content)
    body = content if isinstance(content, bytes) else create_json(dict(content))
    members = {"alg": "ES256", "typ": TYPE, "kid": public(who).thumbprint, **(header or {})}
    members = {name: value for name, value in members.items() if value is not None}
    return sign(members, body, operator_key(who)).encode()


def anchor_texts(who: str = "issuer") -> list[str]:
    return create_x5c(anchors(who).certificates)


@dataclass
class PlaceByHand:
    """A place that gives what it is told to."""

    token: bytes | None = None
    error: Exception | None = None
    every: float = 0.01
    forgotten: int = 0
    fetched: int = 0
    closed: bool = False

    async def fetch(self) -> bytes | None:
        self.fetched += 1
        if self.error is not None:
            raise self.error
        return self.token

    def forget(self) -> None:
        self.forgotten += 1

    async def close(self) -> None:
        self.closed = True


@dataclass
class MemoryByHand:
    """What a process remembers; it may be shared with another."""

    token: bytes | None = None
    kept: list[bytes] = field(default_factory=list)

    def read(self) -> bytes | None:
        return self.token

    def keep(self, token: bytes) -> None:
        self.token = token
        self.kept.append(token)


def source_at(
    place: Any,
    memory: MemoryByHand | ListFile | None = None,
    *,
    who: tuple[str, ...] = ("operator",),
    allow_sandbox: bool = True,
) -> TrustListSource:
    keys = [public(one) for one in who]
    return TrustListSource(place, keys, memory or MemoryByHand(), allow_sandbox=allow_sandbox)


def written(path: Path, token: bytes) -> Path:
    path.write_bytes(token)
    return path


def files(folder: Path, token: bytes) -> dict[str, Any]:
    """Settings of an application that goes by a list in a file."""
    keys = written(folder / "operator.jwks.json", create_json({"keys": [dict(public().members)]}))
    return {"trust_list": str(written(folder / "list.jwt", token)), "trust_list_keys": keys}


def list_of_today(**changed: Any) -> TrustList:
    """For applications that look at the clock on the wall."""
    now = datetime.now(UTC).replace(microsecond=0)
    return trust_list(**({"issued_at": now, "next_update": now + DAY} | changed))


Change = Callable[[dict[str, Any]], object]
