"""From values to columns and back; both SQL stores share it."""

import json
from typing import Any

from specs.openid4vp import RequestUriMethod, ResponseMode
from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    ClientIdPrefix,
    CrossDevice,
    Presentation,
    PresentationState,
    Release,
    RequestId,
    SealedResult,
)
from verifier.domain.relying_service import ClientId


def presentation_columns(presentation: Presentation) -> tuple[Any, ...]:
    """In the order of the columns of ``verifier_presentation``, without result."""
    concluded = presentation.concluded_at
    return (
        presentation.request_id,
        presentation.transaction_hash,
        presentation.client_id,
        presentation.preset,
        presentation.prefix.value,
        presentation.nonce,
        presentation.state_value,
        presentation.locale,
        to_column(presentation.created_at),
        to_column(presentation.expires_at),
        presentation.state.value,
        None if concluded is None else to_column(concluded),
        presentation.result_fetched,
        presentation.audience,
        presentation.by_value,
        presentation.response_mode.value,
        presentation.method.value,
        presentation.response_key,
        json.dumps(presentation.transaction_data),
        presentation.release.value,
        presentation.cross_device.value,
        presentation.return_url,
        presentation.reference,
        presentation.response_code_hash,
        presentation.request_object,
        json.dumps(presentation.reasons),
        None,
        None,
    )


def presentation_from(row: Row) -> Presentation:
    """A presentation from a row."""
    concluded = row["concluded_at"]
    return Presentation(
        request_id=RequestId(row["request_id"]),
        transaction_hash=bytes(row["transaction_hash"]),
        client_id=ClientId(row["client_id"]),
        preset=row["preset"],
        prefix=ClientIdPrefix(row["prefix"]),
        nonce=row["nonce"],
        state_value=row["state_value"],
        locale=row["locale"],
        created_at=from_column(row["created_at"]),
        expires_at=from_column(row["expires_at"]),
        state=PresentationState(row["state"]),
        concluded_at=None if concluded is None else from_column(concluded),
        result_fetched=bool(row["result_fetched"]),
        audience=row["audience"],
        by_value=bool(row["by_value"]),
        response_mode=ResponseMode(row["response_mode"]),
        method=RequestUriMethod(row["method"]),
        response_key=_bytes(row["response_key"]),
        transaction_data=_texts(row["transaction_data"]),
        release=Release(row["release"]),
        cross_device=CrossDevice(row["cross_device"]),
        return_url=row["return_url"],
        reference=row["reference"],
        response_code_hash=_bytes(row["response_code_hash"]),
        request_object=row["request_object"],
        reasons=_texts(row["reasons"]),
    )


def sealed_from(row: Row) -> SealedResult | None:
    """The result that a row still holds."""
    if row["ciphertext"] is None or row["wrapped_key"] is None:
        return None
    return SealedResult(bytes(row["wrapped_key"]), bytes(row["ciphertext"]))


def _texts(column: str) -> tuple[str, ...]:
    return () if column == "[]" else tuple(json.loads(column))  # almost always: nothing to be agreed to


def _bytes(column: Any) -> bytes | None:
    return None if column is None else bytes(column)


def event_columns(event: Event) -> tuple[Any, ...]:
    """In the order of the columns of ``verifier_event`` after its key."""
    return (
        event.name.value,
        event.actor,
        to_column(event.at),
        event.client_id,
        event.preset,
        event.reason,
    )


def event_from(row: Row) -> Event:
    """An event from a row."""
    return Event(
        name=EventName(row["name"]),
        actor=Actor(row["actor"]),
        at=from_column(row["at"]),
        client_id=row["client_id"],
        preset=row["preset"],
        reason=row["reason"],
    )
