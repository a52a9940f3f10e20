"""Whether the keys that an application needs can be used, and whose certificate ends before long."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from keys.errors import (
    CertificateExpired,
    CertificateMissing,
    CertificateNotYetValid,
    CustodyError,
    NoActiveKey,
)
from keys.key_entry import KeyEntry, KeyState
from keys.key_ring import RingState
from keys.purposes import RULES, KeyKind, KeyPurpose
from trillium.runtime.readiness import Finding, Level

WARNED_BEFORE: Final = timedelta(days=60)
"""An authority needs days to certify a key, and people have holidays."""

_CERTIFICATE_ERRORS: Final = (CertificateMissing, CertificateExpired, CertificateNotYetValid)
_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        NoActiveKey.code: "Start the application once: it makes the keys that are missing.",
        CertificateMissing.code: "Have the key certified and install the chain (docs/operating.md, Keys).",
        CertificateExpired.code: "Nothing is signed with it. Prepare the next key, certify it, rotate.",
        CertificateNotYetValid.code: "Nothing is signed with it. Is the clock right?",
    }
)


def check_ring(
    state: RingState, required: Collection[KeyPurpose], now: datetime, within: timedelta = WARNED_BEFORE
) -> list[Finding]:
    """What is wrong with the keys of some purposes, then what will be wrong soon."""
    found = [one for purpose in required for one in _unusable(state, purpose, now)]
    return [*found, *_ending(state, now, within)]


def _unusable(state: RingState, purpose: KeyPurpose, now: datetime) -> Iterator[Finding]:
    try:
        if RULES[purpose].kind is KeyKind.SIGNING:
            state.signing_entry(purpose, now)
        else:
            state.active(purpose)
    except CustodyError as error:
        code = error.code
        if isinstance(error, NoActiveKey) and any(_waits(one) for one in state.of_purpose(purpose)):
            code = CertificateMissing.code
        about_certificates = isinstance(error, _CERTIFICATE_ERRORS) or code == CertificateMissing.code
        check = "certificates" if about_certificates else "keys"
        yield Finding(check, code, Level.FAILED, purpose.value, _ADVICE.get(code, error.text))


def _waits(entry: KeyEntry) -> bool:
    return entry.state is KeyState.PENDING and entry.certificate_required and entry.chain is None


def _ending(state: RingState, now: datetime, within: timedelta) -> Iterator[Finding]:
    """The active key of a required purpose that has expired is told above; all others here."""
    for entry in state.expiring(now, within):
        if entry.chain is None:
            continue
        left, end = entry.chain.not_after - now, entry.chain.not_after.date().isoformat()
        if left >= timedelta(0):
            text = f"It ends on {end}, in {left.days} days. Prepare the next key, have it certified, rotate."
            yield Finding(
                "certificates", "certificate_expires_soon", Level.WARNING, entry.purpose.value, text
            )
        elif entry.state is KeyState.LIST_ONLY:
            text = f"It ended on {end}: the status lists of its credentials cannot be signed any more."
            code = "list_certificate_expired"
            yield Finding("certificates", code, Level.WARNING, entry.purpose.value, text)
