"""The ring as JSON, and back. Every member is checked: a manifest is what we wrote, or refused. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from keys.certificate_chains import read_chain
from keys.errors import CertificateRefused, CustodyError, ManifestInvalid
from keys.key_entry import KeyEntry, KeyState, secret_id
from keys.key_ring import RingState
from keys.purposes import RULES, KeyKind, KeyPurpose
from specs.encoding import create_json, parse_json_object
from specs.errors import ProtocolError
from specs.jose.jwk import PublicJwk, parse_public_jwk

FORMAT: Final = 1
MAX_BYTES: Final = 4 * 1024 * 1024
_RING_MEMBERS: Final = frozenset({"format", "sandbox", "authority_key_id", "anchors", "keys"})
_TIMES: Final = ("created_at", "activated_at", "replaced_at", "lists_until", "published_until")
_KEY_MEMBERS: Final = frozenset(
    {
        "key_id",
        "purpose",
        "version",
        "state",
        "certificate_required",
        "hosts",
        "uris",
        "public_jwk",
        "x5c",
        *_TIMES,
    }
)


def create_manifest(state: RingState) -> bytes:
    """UTF-8 JSON of a ring. Public parts only."""
    return create_json(
        {
            "format": FORMAT,
            "sandbox": state.sandbox,
            "authority_key_id": state.authority_key_id,
            "anchors": list(state.anchors),
            "keys": [_create_entry(entry) for entry in state.entries],
        }
    )


def parse_manifest(content: bytes, *, path: str) -> RingState:
    """The ring of a manifest; ManifestInvalid, naming `path`, for anything but what create_manifest makes."""
    try:
        value = parse_json_object(content, max_bytes=MAX_BYTES)
        if value.get("format") != FORMAT:
            raise ManifestInvalid("made by another release.")
        _require_members(value, _RING_MEMBERS)
        return RingState(
            sandbox=_boolean(value["sandbox"]),
            entries=tuple(_parse_entry(one) for one in _array(value["keys"])),
            anchors=_strings(value["anchors"]),
            authority_key_id=_optional_string(value["authority_key_id"]),
        )
    except (ProtocolError, CustodyError, ValueError, TypeError, KeyError) as error:
        raise ManifestInvalid(f"{path}: {error}") from error


def _create_entry(entry: KeyEntry) -> dict[str, Any]:
    jwk = entry.public_jwk
    return {
        "key_id": entry.key_id,
        "purpose": entry.purpose.value,
        "version": entry.version,
        "state": entry.state.value,
        "certificate_required": entry.certificate_required,
        "hosts": list(entry.hosts),
        "uris": list(entry.uris),
        "public_jwk": {**jwk.members, "alg": jwk.algorithm.value} if jwk else None,
        "x5c": list(entry.certificate_chain),
        **{name: _create_time(getattr(entry, name)) for name in _TIMES},
    }


def _parse_entry(value: Any) -> KeyEntry:
    _require_members(value, _KEY_MEMBERS)
    purpose = KeyPurpose(value["purpose"])
    x5c = _strings(value["x5c"])
    entry = KeyEntry(
        key_id=_string(value["key_id"]),
        purpose=purpose,
        version=_version(value["version"]),
        state=KeyState(value["state"]),
        certificate_required=_boolean(value["certificate_required"]),
        hosts=_strings(value["hosts"]),
        uris=_strings(value["uris"]),
        public_jwk=_parse_jwk(value["public_jwk"]),
        chain=read_chain(x5c) if x5c else None,
        created_at=_time(value["created_at"]),
        **{name: _optional_time(value[name]) for name in _TIMES[1:]},
    )
    _check_identity(entry)
    return entry


def _check_identity(entry: KeyEntry) -> None:
    """The id is derived from the key and names its file: it can point at nothing else."""
    if entry.public_jwk is None:
        expected = secret_id(entry.purpose, entry.version)
    else:
        expected = entry.public_jwk.thumbprint
    if (entry.public_jwk is None) is not (RULES[entry.purpose].kind is KeyKind.SECRET):
        raise ManifestInvalid(f"{entry.key_id} is of the wrong kind.")
    if entry.key_id != expected:
        raise ManifestInvalid(f"{entry.key_id} is not the id of its key.")
    if entry.chain and entry.chain.key_id != entry.key_id:
        raise CertificateRefused(entry.key_id)


def _parse_jwk(value: Any) -> PublicJwk | None:
    return None if value is None else parse_public_jwk(value)


def _require_members(value: Any, members: frozenset[str]) -> None:
    if not isinstance(value, Mapping) or value.keys() != members:
        raise ManifestInvalid("members are missing or unknown.")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ManifestInvalid("a string is due.")
    return value


def _optional_string(value: Any) -> str | None:
    return None if value is None else _string(value)


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(_string(one) for one in _array(value))


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ManifestInvalid("an array is due.")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ManifestInvalid("true or false is due.")
    return value


def _version(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ManifestInvalid("a version is due.")
    return value


def _create_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_string(value))
    if moment.tzinfo is None:
        raise ManifestInvalid("a time without zone.")
    return moment.astimezone(UTC)


def _optional_time(value: Any) -> datetime | None:
    return None if value is None else _time(value)
