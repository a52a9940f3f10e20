"""Relying services from values to columns and back; both SQL stores share it."""

import json
from datetime import datetime
from typing import Any, Final

from specs.encoding import create_json, parse_json_object
from specs.jose.encryption_jwk import create_encryption_jwk, parse_encryption_jwk
from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.relying_service import ClientId, PreviousSecret, RelyingService

MAX_KEY_BYTES: Final = 2048


def service_columns(service: RelyingService) -> tuple[Any, ...]:
    """In the order of the columns of ``verifier_relying_service``; the id comes first, the version last."""
    previous, key = service.previous_secret, service.evidence_key
    return (
        service.client_id,
        service.secret_hash,
        json.dumps(service.names, ensure_ascii=False),
        json.dumps(service.presets),
        to_column(service.created_at),
        service.site,
        json.dumps(service.return_urls),
        service.webhook_url,
        None if key is None else create_json(create_encryption_jwk(key)).decode(),
        None if previous is None else previous.secret_hash,
        None if previous is None else to_column(previous.until),
        None if service.disabled_at is None else to_column(service.disabled_at),
        service.version,
    )


def service_from(row: Row) -> RelyingService:
    """A relying service from a row."""
    key = row["evidence_key"]
    return RelyingService(
        client_id=ClientId(row["client_id"]),
        secret_hash=bytes(row["secret_hash"]),
        names=tuple((tag, name) for tag, name in json.loads(row["names"])),
        presets=tuple(json.loads(row["presets"])),
        created_at=from_column(row["created_at"]),
        site=row["site"],
        return_urls=tuple(json.loads(row["return_urls"])),
        webhook_url=row["webhook_url"],
        evidence_key=None
        if key is None
        else parse_encryption_jwk(parse_json_object(key, max_bytes=MAX_KEY_BYTES)),
        previous_secret=_previous(row),
        disabled_at=_moment(row["disabled_at"]),
        version=row["version"],
    )


def _previous(row: Row) -> PreviousSecret | None:
    until = _moment(row["previous_secret_until"])
    return None if until is None else PreviousSecret(bytes(row["previous_secret_hash"]), until)


def _moment(column: int | None) -> datetime | None:
    return None if column is None else from_column(column)
