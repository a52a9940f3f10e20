"""What the issuer looks at before it says that it can work."""

from collections.abc import Iterable, Sequence

import structlog

from issuer.app.outside import KEYS, SECRETS
from issuer.app.services import Issuer
from issuer.clients.ministry_api import MinistryApi
from issuer.domain.event import SubjectRef
from issuer.domain.problems import Problem
from issuer.domain.records import IssuanceId
from issuer.errors import DirectoryUnavailable
from keys import KeyPurpose
from trillium.runtime.readiness import Finding, Level, Readiness
from trillium.runtime.ring_checks import check_ring

log = structlog.get_logger()

REQUIRED = (*KEYS, KeyPurpose.ACCESS_TOKEN, KeyPurpose.REQUEST_DECRYPTION, *SECRETS)
"""Purposes without which nothing is issued."""
_NOBODY = "-"
"""No identifier of ours is as short as this: asking for it looks at the store and finds nothing."""


def build_readiness(issuer: Issuer) -> Readiness:
    """The checks behind ``GET /readyz``."""
    outside = issuer.outside

    async def database() -> Iterable[Finding]:
        await outside.stores.issuances.find_issuance(IssuanceId(_NOBODY))
        return ()

    async def directory() -> Iterable[Finding]:
        # Status lists must be served while the ministry is away, so this takes no server out of service.
        away = (Finding("register", "unavailable", Level.WARNING, text=DirectoryUnavailable.text),)
        # Strangers may ask us, and must not make us ask others.
        if isinstance(outside.directory, MinistryApi):
            return away if outside.directory.circuit.is_open_at(outside.clock.now()) else ()
        try:
            await outside.directory.get(SubjectRef(_NOBODY))
        except DirectoryUnavailable:
            return away
        return ()

    async def keys() -> Iterable[Finding]:
        return check_ring(issuer.ring.state, REQUIRED, outside.clock.now())

    async def credential_types() -> Iterable[Finding]:
        return check_types(issuer.problems)

    return Readiness(
        {"database": database, "register": directory, "keys": keys, "credential_types": credential_types}
    )


def check_types(problems: Sequence[Problem]) -> list[Finding]:
    """One warning for each type that is not issued, with everything that is wrong with it."""
    stopped: dict[str, list[str]] = {}
    for problem in problems:
        stopped.setdefault(problem.type_name, []).append(str(problem))
    return [
        Finding("credential_types", "credential_type_stopped", Level.WARNING, name, "\n".join(texts))
        for name, texts in stopped.items()
    ]


def log_stopped_types(problems: Sequence[Problem]) -> None:
    """One line for each type that is not issued, at every start."""
    for name in dict.fromkeys(problem.type_name for problem in problems):
        places = [f"{one.file}: {one.member}: {one.text}" for one in problems if one.type_name == name]
        log.error("credential_type_stopped", credential_type=name, places=places)
