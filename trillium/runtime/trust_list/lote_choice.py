"""Who of a list of trusted entities can stand in a list of ours, and why the others cannot.

Whatever is doubtful is left out and said. Nothing here trusts anybody: the operator reads the draft that is
made of this, and signs it or does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from specs.jose import InvalidCertificateChain, parse_x5c
from specs.jose.certificates import check_authority, check_extensions, key_of
from specs.sd_jwt_vc import render_text
from specs.sd_jwt_vc.errors import InvalidIssuerIdentifier
from specs.sd_jwt_vc.issuer_metadata import issuer_metadata_url
from trillium.runtime.trust_list.errors import UndecidedLote
from trillium.runtime.trust_list.lote import Lote, LoteEntity, LoteService
from trillium.runtime.trust_list.lote_kinds import (
    GRANTED,
    KINDS,
    STATUS_LIST_SERVICES,
    WITHOUT_STATUS,
    ServiceKind,
)
from trillium.runtime.trust_list.payload import MAX_ANCHORS

MAX_NAME: Final = 200
_TAGS: Final = {"en": "en-CA", "fr": "fr-CA"}
_MAX_NAMES: Final = 16
_MAX_TAG: Final = 35


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``what``: a service type or a certificate; nothing when it is the entity as a whole."""

    entity: str
    what: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """``issuer``: as in ``iss``; None for authorities whose certificates name verifiers."""

    issuer: str | None
    names: Mapping[str, str]
    anchors: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class LoteChoice:
    kind: ServiceKind | None
    taken: tuple[TakenOver, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class _Choosing:
    """``identifiers``: of issuers, by the name that the list has for them."""

    lote: Lote
    identifiers: Mapping[str, str]
    kind: ServiceKind | None
    now: datetime
    left_out: list[LeftOut] = field(default_factory=list)

    def leave_out(self, entity: LoteEntity, what: str, reason: str, detail: str = "") -> None:
        text = render_text(detail, max_length=MAX_NAME)
        self.left_out.append(LeftOut(title_of(entity), what, reason, text))


def choose(
    lote: Lote, *, kind: ServiceKind | None, identifiers: Mapping[str, str], now: datetime
) -> LoteChoice:
    """Who can be taken over. ``kind``: which services are meant; needed where a list has several kinds.

    ``identifiers``: what issuers call themselves in ``iss``, by their name in the list, which has no member
    for that. Without it an issuer is known by its only supply point. Raises UndecidedLote.
    """
    types = {one.type for entity in lote.entities for one in entity.services}
    kinds = {found for name, found in KINDS.items() if name in types}
    if kind is None and len(kinds) > 1:
        raise UndecidedLote(", ".join(sorted(kinds)))
    choosing = _Choosing(lote, identifiers, kind or next(iter(kinds), None), now)
    refused = _fingerprints_of_refused(choosing)
    found = [(entity, list(_granted(choosing, entity))) for entity in lote.entities]
    taken = []
    for entity, services in found:
        anchors = _anchors(choosing, entity, services, refused) if services else ()
        if anchors:
            taken.append((entity, services, anchors))
    if choosing.kind is ServiceKind.WRPAC:
        named = tuple(TakenOver(None, names_of(entity), anchors) for entity, _, anchors in taken)
    else:
        named = tuple(_identified(choosing, taken))
    return LoteChoice(choosing.kind, named, tuple(choosing.left_out))


def title_of(entity: LoteEntity) -> str:
    """One name, for messages."""
    names = names_of(entity)
    return names.get("en-CA") or next(iter(names.values()), "?")


def names_of(entity: LoteEntity) -> dict[str, str]:
    """By language tag, English and French under ours; the first of each language."""
    names: dict[str, str] = {}
    for language, value in entity.names:
        tag = _TAGS.get(language.lower().partition("-")[0], language)
        text = render_text(value, max_length=MAX_NAME)
        if text and 0 < len(tag) <= _MAX_TAG and tag.replace("-", "").isalnum() and tag.isascii():
            names.setdefault(tag, text)
    return dict(list(names.items())[:_MAX_NAMES])


def _granted(choosing: _Choosing, entity: LoteEntity) -> Iterator[LoteService]:
    for service in entity.services:
        refusal = _why_not(choosing, service)
        if refusal is None:
            yield service
        else:
            choosing.leave_out(entity, render_text(service.type or "?", max_length=MAX_NAME), *refusal)


def _why_not(choosing: _Choosing, service: LoteService) -> tuple[str, str] | None:
    """Reason and detail; None for a service that is meant, and granted now."""
    if service.type in STATUS_LIST_SERVICES:
        return "status_list_service", "status lists are checked against the issuer's own authorities"
    kind = KINDS.get(service.type or "")
    if kind is None:
        return "unknown_service_type", ""
    if kind is not choosing.kind:
        return "other_kind", kind.value
    return _why_not_granted(choosing, service, kind)


def _why_not_granted(choosing: _Choosing, service: LoteService, kind: ServiceKind) -> tuple[str, str] | None:
    if service.status is None:
        if choosing.lote.type is None or WITHOUT_STATUS.get(kind) != choosing.lote.type:
            return "no_status", "and the type of the list does not say that there is none"
    elif service.status not in GRANTED:
        return "not_granted", service.status
    if service.since is not None and service.since > choosing.now:
        return "not_granted_yet", service.since.isoformat()
    return None


def _fingerprints_of_refused(choosing: _Choosing) -> frozenset[bytes]:
    """Certificates of services of this kind that are not granted: no other entry brings them back."""
    return frozenset(
        certificate.fingerprint(SHA256())
        for entity in choosing.lote.entities
        for service in entity.services
        if (kind := KINDS.get(service.type or "")) is not None
        and kind is choosing.kind
        and _why_not_granted(choosing, service, kind) is not None
        for certificate in _readable(service.certificates)
    )


def _readable(texts: Iterable[str]) -> Iterator[x509.Certificate]:
    for text in texts:
        try:
            yield parse_x5c([text])[0]
        except InvalidCertificateChain:
            continue


def _anchors(
    choosing: _Choosing, entity: LoteEntity, services: Sequence[LoteService], refused: frozenset[bytes]
) -> tuple[x509.Certificate, ...]:
    found: dict[bytes, x509.Certificate] = {}
    for text in dict.fromkeys(text for service in services for text in service.certificates):
        try:
            certificate = parse_x5c([text])[0]
        except InvalidCertificateChain as error:
            choosing.leave_out(entity, "certificate", "no_certificate", error.code)
            continue
        digest = certificate.fingerprint(SHA256())
        reason = "refused_elsewhere" if digest in refused else _why_no_anchor(certificate, choosing.now)
        if reason is None:
            found[digest] = certificate
        else:
            choosing.leave_out(entity, "certificate", reason, describe(certificate))
    if not found:
        choosing.leave_out(entity, "", "no_authority_left")
    if len(found) > MAX_ANCHORS:
        choosing.leave_out(entity, "", "too_many_authorities", str(len(found)))
        return ()
    return tuple(found.values())


def _why_no_anchor(certificate: x509.Certificate, now: datetime) -> str | None:
    if now > certificate.not_valid_after_utc:
        return "expired"
    if now < certificate.not_valid_before_utc:
        return "not_valid_yet"
    try:
        check_authority(certificate, 0)
    except InvalidCertificateChain:
        return "not_an_authority"
    try:
        key_of(certificate)
        check_extensions(certificate)
    except InvalidCertificateChain:
        return "unusable_authority"
    return None


def describe(certificate: x509.Certificate) -> str:
    """Subject, end and digest, in one line."""
    until = certificate.not_valid_after_utc.date().isoformat()
    subject = render_text(certificate.subject.rfc4514_string(), max_length=100)
    return f"{subject}, until {until}, SHA-256 {certificate.fingerprint(SHA256()).hex()[:16]}"


_Found = tuple[LoteEntity, list[LoteService], tuple[x509.Certificate, ...]]


def _identified(choosing: _Choosing, found: Sequence[_Found]) -> Iterator[TakenOver]:
    """Each under its own identifier; where two would have the same, neither."""
    identified = []
    for entity, services, anchors in found:
        issuer, reason, detail = _identifier(choosing, entity, services)
        if issuer is None:
            choosing.leave_out(entity, "", reason, detail)
        else:
            identified.append((issuer, entity, anchors))
    issuers = [issuer for issuer, _, _ in identified]
    for issuer, entity, anchors in identified:
        if issuers.count(issuer) > 1:
            choosing.leave_out(entity, "", "identifier_twice", issuer)
        else:
            yield TakenOver(issuer, names_of(entity), anchors)


def _identifier(
    choosing: _Choosing, entity: LoteEntity, services: Sequence[LoteService]
) -> tuple[str | None, str, str]:
    """The identifier; or None, and reason and detail."""
    named = {name for _, name in entity.names if name in choosing.identifiers}
    # Of two of a name the one that was left out may be the one that is meant.
    twice = [one for one in choosing.lote.entities if named & {name for _, name in one.names}]
    if len(twice) > 1:
        return None, "name_twice", ", ".join(sorted(named))
    said = {choosing.identifiers[name] for name in named}
    offered = said or {point for service in services for point in service.supply_points}
    if len(offered) != 1:
        return None, "no_identifier" if not offered else "several_identifiers", ", ".join(sorted(offered))
    [issuer] = offered
    try:
        issuer_metadata_url(issuer)
    except InvalidIssuerIdentifier:
        return None, "no_identifier", f"{issuer} is none"
    return issuer, "", ""
