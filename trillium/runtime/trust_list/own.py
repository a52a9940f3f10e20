"""A list that an installation signs for itself, for a laptop: one issuer, its verifier, a key below ``var``.

Where nobody else keeps a list, whoever can write below ``var`` decides whom the applications trust; they
could replace the applications' keys as well.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from keys.private_files import PRIVATE_DIRECTORY, PUBLIC_FILE, exclusive_lock, write_private
from specs.encoding import create_json
from specs.jose import TrustAnchors
from trillium.runtime.trust_list.document import (
    ListedAuthority,
    ListedIssuer,
    ListedType,
    Mechanism,
    TrustList,
)
from trillium.runtime.trust_list.errors import TrustListError
from trillium.runtime.trust_list.operator_keys import parse_operator_keys
from trillium.runtime.trust_list.token import prepare_trust_list, verify_trust_list

T = TypeVar("T")

FOLDER: Final = "trust"
ID: Final = "urn:trillium:this-installation"
LIFETIME: Final = timedelta(days=366)
RENEWED_BEFORE: Final = timedelta(days=330)
"""A start signs it again after a month, so that a server which is not started again has most of a year."""
_LOCK_TIMEOUT_S: Final = 10.0
_NAMES: Final = {"en-CA": "This installation", "fr-CA": "Cette installation"}


@dataclass(frozen=True, slots=True)
class OwnList:
    """What stands in it."""

    issuer: str
    issuer_anchors: TrustAnchors
    vcts: tuple[str, ...]
    verifier_anchors: TrustAnchors


@dataclass(frozen=True, slots=True)
class OwnListPlace:
    """Its files."""

    trust_list: Path
    keys: Path


def open_operator_ring(uri: str, now: datetime) -> KeyRing:
    """The ring of whoever signs lists, with a key for it. No certificate, so no development authority."""
    ring = open_key_ring(uri, sandbox=False, now=now)
    ring.ensure({KeyPurpose.TRUST_LIST: KeySpec()}, now)
    return ring


def own_list_place(var_dir: Path) -> OwnListPlace:
    """Where the files are, or will be."""
    folder = var_dir / FOLDER
    return OwnListPlace(folder / "trust-list.jwt", folder / "operator.jwks.json")


def sign_own_list(own: OwnList, var_dir: Path, now: datetime) -> OwnListPlace:
    """The list and the keys that sign it, as files; a new version when it has changed or aged."""
    place = own_list_place(var_dir)
    folder = place.trust_list.parent
    folder.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    with exclusive_lock(folder / "own-list.lock", timeout_s=_LOCK_TIMEOUT_S):
        ring = open_operator_ring(f"file:{var_dir}/keys/operator", now)
        keys = create_json(ring.jwks([KeyPurpose.TRUST_LIST], now))
        write_private(place.keys, keys, mode=PUBLIC_FILE)
        before = _read(place.trust_list, keys, now)
        made = _next(own, before, now)
        if made is not before:
            signer = ring.signer_for(KeyPurpose.TRUST_LIST, now)
            prepared = prepare_trust_list(made, signer.public_jwk)
            token = prepared.attach(_at_once(signer.sign(prepared.data)))
            write_private(place.trust_list, token.encode("ascii"), mode=PUBLIC_FILE)
    return place


def _read(path: Path, keys: bytes, now: datetime) -> TrustList | None:
    try:
        return verify_trust_list(path.read_bytes(), parse_operator_keys(keys), now=now)
    except (OSError, TrustListError):
        return None


def _next(own: OwnList, before: TrustList | None, now: datetime) -> TrustList:
    begun = now.replace(microsecond=0)
    # Seconds since 1970: they grow too when the file with the last version is gone.
    version = max(int(begun.timestamp()), before.version + 1 if before else 1)
    made = TrustList(
        id=ID,
        version=version,
        issued_at=begun,
        next_update=begun + LIFETIME,
        issuers=(
            ListedIssuer(
                own.issuer,
                _NAMES,
                Mechanism.X5C,
                own.issuer_anchors,
                tuple(ListedType(vct) for vct in own.vcts),
            ),
        ),
        verifiers=(ListedAuthority(_NAMES, own.verifier_anchors),),
    )
    if before is None or before.next_update - now < RENEWED_BEFORE or now < before.issued_at:
        return made
    same = replace(made, version=before.version, issued_at=before.issued_at, next_update=before.next_update)
    return before if same == before else made


def _at_once(work: Coroutine[None, None, T]) -> T:
    """Keys in files never suspend; so a list can be signed before there is an event loop, or inside one."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("a key that suspends cannot sign before the server runs")
