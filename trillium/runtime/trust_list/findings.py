"""What an operator should know of a trust list: what is wrong with it, and what will be before long."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from keys.certificates import is_sandbox_anchor
from specs.jose import InvalidCertificateChain
from specs.jose.certificates import check_authority
from specs.sd_jwt_vc.errors import InvalidIssuerIdentifier
from specs.sd_jwt_vc.issuer_metadata import issuer_metadata_url
from trillium.runtime.readiness import Finding, Level
from trillium.runtime.trust_list.document import ListedIssuer, Mechanism, Period, Standing, TrustList
from trillium.runtime.trust_list.errors import TrustListError
from trillium.runtime.trust_list.source import TrustListSource

SOON: Final = timedelta(days=60)
"""For authorities and types: people have holidays, and authorities take days."""
LAST_WEEK: Final = timedelta(days=7)
"""For the list itself, at most; or a quarter of its lifetime."""
LANGUAGES: Final = ("en-CA", "fr-CA")
CHECK: Final = "trust"


def check_source(source: TrustListSource, now: datetime) -> list[Finding]:
    """For ``/readyz``: FAILED when there is nothing to go by, WARNING when there soon will not be."""
    found = []
    try:
        trust = source.current(now)
    except TrustListError as error:
        # Where none is configured nobody expects an answer; elsewhere nothing is done that should be.
        level = Level.FAILED if source.is_configured else Level.WARNING
        if source.failure is None and source.held is None:
            found.append(_told(error, level))
    else:
        level = Level.WARNING
        if not trust.issuers:
            found.append(Finding(CHECK, "nobody_trusted", Level.WARNING, text="No issuer is trusted now."))
    if source.failure is not None:
        found.append(_told(source.failure, level))
    if source.held is not None:
        found += _check_lifetime(source.held, now)
    return found


def _told(error: TrustListError, level: Level) -> Finding:
    return Finding(CHECK, error.code, level, text=f"{error.text} {error.detail}".strip())


def check_list(trust_list: TrustList, now: datetime, *, production: bool) -> list[Finding]:
    """For ``trillium trust check``: everything in the list."""
    found = list(_check_lifetime(trust_list, now))
    if not trust_list.issuers:
        found.append(Finding(CHECK, "nobody_trusted", Level.WARNING, text="The list names no issuer."))
    for issuer in trust_list.issuers:
        if issuer.standing is Standing.GRANTED:
            found += _check_issuer(issuer, now, production=production)
    for one in trust_list.verifiers:
        if one.standing is Standing.GRANTED:
            about = one.names.get("en-CA", "verifiers")
            found += _check_anchors(about, one.anchors.certificates, now, production=production)
            found += _check_period(about, one.period, now)
    return found


def _check_lifetime(trust_list: TrustList, now: datetime) -> Iterator[Finding]:
    end, left = trust_list.next_update.isoformat(), trust_list.next_update - now
    if left <= timedelta(0):
        text = f"It ended {end}: nothing can be verified. Sign the next version."
        yield Finding(CHECK, "trust_list_stale", Level.FAILED, text=text)
    elif left <= min(LAST_WEEK, (trust_list.next_update - trust_list.issued_at) / 4):
        text = f"It ends {end}. Sign the next version before that."
        yield Finding(CHECK, "trust_list_ends_soon", Level.WARNING, text=text)


def _check_issuer(issuer: ListedIssuer, now: datetime, *, production: bool) -> Iterator[Finding]:
    about = issuer.issuer
    if not issuer.types:
        yield Finding(CHECK, "no_types", Level.WARNING, about, "It is trusted for nothing.")
    missing = [language for language in LANGUAGES if not issuer.names.get(language)]
    if missing:
        yield Finding(CHECK, "no_name", Level.WARNING, about, f"It has no name in {', '.join(missing)}.")
    if issuer.mechanism is Mechanism.METADATA:
        yield from _check_address(issuer)
    yield from _check_anchors(about, issuer.anchors.certificates, now, production=production)
    for one in issuer.types:
        yield from _check_period(f"{about} {one.vct}", one.period, now)


def _check_address(issuer: ListedIssuer) -> Iterator[Finding]:
    try:
        issuer_metadata_url(issuer.issuer)
    except InvalidIssuerIdentifier:
        text = "Its keys cannot be fetched: the identifier is no https URL without query and fragment."
        yield Finding(CHECK, "no_metadata_address", Level.FAILED, issuer.issuer, text)
    if not issuer.anchors.certificates:
        text = "It has no anchors: the status of its credentials cannot be checked, so none is accepted."
        yield Finding(CHECK, "no_status_anchors", Level.WARNING, issuer.issuer, text)


def _check_anchors(
    about: str, certificates: Sequence[x509.Certificate], now: datetime, *, production: bool
) -> Iterator[Finding]:
    for one in certificates:
        name, end = one.subject.rfc4514_string(), one.not_valid_after_utc
        if production and is_sandbox_anchor(one):
            text = f"{name} is a development authority: production does not use a list with it."
            yield Finding(CHECK, "trust_list_sandbox", Level.FAILED, about, text)
        try:
            check_authority(one, 0)
        except InvalidCertificateChain as error:
            text = (
                f"{name} may not issue certificates ({type(error).__name__}): nothing below it is accepted."
            )
            yield Finding(CHECK, "not_an_authority", Level.FAILED, about, text)
        if end < now:
            yield Finding(CHECK, "anchor_expired", Level.FAILED, about, f"{name} ended {end.isoformat()}.")
        elif end < now + SOON:
            yield Finding(CHECK, "anchor_ends_soon", Level.WARNING, about, f"{name} ends {end.isoformat()}.")
        elif one.not_valid_before_utc > now:
            text = f"{name} begins {one.not_valid_before_utc.isoformat()}."
            yield Finding(CHECK, "anchor_not_yet_valid", Level.WARNING, about, text)


def _check_period(about: str, period: Period, now: datetime) -> Iterator[Finding]:
    end = period.valid_until
    if end is None:
        return
    if end <= now:
        yield Finding(CHECK, "type_ended", Level.WARNING, about, f"Not trusted since {end.isoformat()}.")
    elif end <= now + SOON:
        yield Finding(CHECK, "type_ends_soon", Level.WARNING, about, f"Trusted until {end.isoformat()}.")
