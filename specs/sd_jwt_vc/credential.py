"""The credential itself: an SD-JWT with the rules of SD-JWT VC section 2 on top.

Keys come from the caller, who has decided to trust them for this issuer and type (sections 2.5 and 7.3).
Nothing in the credential, neither `iss` nor the header, takes part in that decision here.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

from specs.errors import ProtocolError
from specs.jose import PublicJwk, Use
from specs.sd_jwt import (
    MAX_BYTES,
    MAX_DISCLOSURES,
    ConfirmationKeyInvalid,
    ConfirmationKeyMissing,
    KeyBindingPolicy,
    ProcessedClaims,
    UnverifiedSdJwt,
    VerifiedKeyBinding,
    VerifiedSdJwt,
    WithoutKeyBinding,
    check_sd_jwt,
    confirmation_key,
    parse_sd_jwt,
)
from specs.sd_jwt.disclosure import are_strings
from specs.sd_jwt.process import examine_claims
from specs.sd_jwt.sealed import Sealed
from specs.sd_jwt_vc.credential_errors import (
    ClaimNeverDisclosable,
    CredentialRejected,
    HolderKeyMismatch,
    OtherTypesMalformed,
    RegisteredClaimMalformed,
    TypeIdentifierMissing,
)
from specs.token_status_list.reference import StatusReference, parse_status_reference

TYPE: Final = "dc+sd-jwt"
"""`typ` of a credential (section 2.2.1)."""

LEGACY_TYPE: Final = "vc+sd-jwt"
"""`typ` before November 2024; accepted only where the caller says so."""

NEVER_DISCLOSED: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})
"""Claims that are never in a disclosure, nor is anything inside them (section 2.2.2.3)."""

_STRINGS: Final = ("iss", "sub", "vct#integrity")
_ABSENT: Final = ("",) * len(_STRINGS)


class UnverifiedCredential(NamedTuple):
    """A credential as it came. `vct`, `issuer` and `header` say only which keys and documents to look for."""

    sd_jwt: UnverifiedSdJwt

    @property
    def vct(self) -> str | None:
        return _string(self.sd_jwt.payload.get("vct"))

    @property
    def issuer(self) -> str | None:
        return _string(self.sd_jwt.payload.get("iss"))

    @property
    def header(self) -> Mapping[str, Any]:
        return self.sd_jwt.jws.header


class _VerifiedFields(NamedTuple):
    vct: str
    sd_jwt: VerifiedSdJwt
    holder_key: PublicJwk | None
    """From `cnf.jwk`; None for a credential that anybody may present."""
    status: StatusReference | None


class VerifiedCredential(Sealed, _VerifiedFields):
    """A credential that passed every check of sections 2.2 and 2.4 but the one of its status.

    Only this module makes one. Whether `key` may issue credentials of type `vct` was the caller's question,
    and `aka_vcts` is no answer to it (section 7.7).
    """

    __slots__ = ()

    @property
    def issuer(self) -> str | None:
        """`iss`; None when the certificate alone names the issuer (section 2.5)."""
        return _string(self.claims.get("iss"))

    @property
    def aka_vcts(self) -> tuple[str, ...]:
        return tuple(self.claims.get("aka_vcts", ()))

    @property
    def claims(self) -> dict[str, Any]:
        return self.sd_jwt.claims

    @property
    def processed(self) -> ProcessedClaims:
        return self.sd_jwt.processed

    @property
    def key(self) -> PublicJwk:
        """The issuer's key, as the caller handed it in."""
        return self.sd_jwt.key

    @property
    def key_binding(self) -> VerifiedKeyBinding | None:
        return self.sd_jwt.key_binding


class CredentialReport(NamedTuple):
    """Either a verified credential and no reasons, or reasons and nothing else."""

    verified: VerifiedCredential | None
    reasons: tuple[ProtocolError, ...]


def parse_credential(
    text: str, *, max_bytes: int = MAX_BYTES, max_disclosures: int = MAX_DISCLOSURES
) -> UnverifiedCredential:
    """A credential or presentation in compact form; raises what parse_sd_jwt raises."""
    return UnverifiedCredential(parse_sd_jwt(text, max_bytes=max_bytes, max_disclosures=max_disclosures))


def verify_credential(
    credential: UnverifiedCredential,
    key: PublicJwk,
    *,
    key_binding: KeyBindingPolicy | WithoutKeyBinding,
    now: datetime,
    leeway: timedelta,
    required: Collection[str] = (),
    accept_legacy_type: bool = False,
) -> VerifiedCredential:
    """Like check_credential, but raises CredentialRejected with all the reasons."""
    report = check_credential(
        credential,
        key,
        key_binding=key_binding,
        now=now,
        leeway=leeway,
        required=required,
        accept_legacy_type=accept_legacy_type,
    )
    if report.verified is None:
        raise CredentialRejected(report.reasons)
    return report.verified


def verify_issued_credential(
    credential: UnverifiedCredential,
    key: PublicJwk,
    *,
    holder_key: PublicJwk | None,
    now: datetime,
    leeway: timedelta,
) -> VerifiedCredential:
    """What a wallet does with a credential it is given (RFC 9901 section 7.2); raises CredentialRejected.

    `holder_key`: the key the wallet proved for this credential; None when it asked for one without binding. A
    credential for another key is refused: it would be somebody else's.
    """
    report = check_credential(
        credential, key, key_binding=WithoutKeyBinding(expected=None), now=now, leeway=leeway
    )
    if report.verified is None:
        raise CredentialRejected(report.reasons)
    if report.verified.holder_key != holder_key:
        raise CredentialRejected((HolderKeyMismatch(),))
    return report.verified


def check_credential(
    credential: UnverifiedCredential,
    key: PublicJwk,
    *,
    key_binding: KeyBindingPolicy | WithoutKeyBinding,
    now: datetime,
    leeway: timedelta,
    required: Collection[str] = (),
    accept_legacy_type: bool = False,
) -> CredentialReport:
    """All checks of RFC 9901 section 7 and SD-JWT VC section 2, and every reason against the credential.

    `key`: the issuer's, already trusted for this credential (section 2.5). `required`: validity claims
    without which it is not accepted. Not checked: the status (draft-ietf-oauth-status-list) and the rules of
    the type (section 5).
    """
    sd_jwt = credential.sd_jwt
    legacy = accept_legacy_type and credential.header.get("typ") == LEGACY_TYPE
    report = check_sd_jwt(
        sd_jwt,
        key,
        use=Use.CREDENTIAL,
        typ=LEGACY_TYPE if legacy else TYPE,
        key_binding=key_binding,
        now=now,
        leeway=leeway,
        required=required,
    )
    verified = report.verified
    if verified is None:
        processed, _ = examine_claims(sd_jwt.payload, sd_jwt.disclosures)
        binding = None
    else:
        processed, _, binding, _ = verified
    vct, holder_key, status, reasons = _registered_claims(sd_jwt.payload, binding)
    if processed is not None:
        reasons += _disclosure_reasons(processed)
    if verified is None or reasons:
        return CredentialReport(None, (*report.reasons, *_without_repeats(reasons, report.reasons)))
    return CredentialReport(tuple.__new__(VerifiedCredential, (vct, verified, holder_key, status)), ())


def _registered_claims(
    payload: Mapping[str, Any], binding: VerifiedKeyBinding | None
) -> tuple[str, PublicJwk | None, StatusReference | None, list[ProtocolError]]:
    """Type, holder's key and status of a payload, and what is wrong with its registered claims.

    Read from what the issuer signed, not from the processed claims: none of these may come out of a
    disclosure.
    """
    reasons: list[ProtocolError] = []
    holder_key, status = binding.key if binding else None, None
    vct = payload.get("vct")
    if not isinstance(vct, str) or not vct:
        reasons.append(TypeIdentifierMissing())
        vct = ""
    if "aka_vcts" in payload and not _is_well_formed(payload["aka_vcts"], vct):
        reasons.append(OtherTypesMalformed())
    if not are_strings(map(payload.get, _STRINGS, _ABSENT)):
        reasons += [
            RegisteredClaimMalformed(name) for name in _STRINGS if not isinstance(payload.get(name, ""), str)
        ]
    try:
        if binding is None and "cnf" in payload:
            holder_key = confirmation_key(payload)
    except (ConfirmationKeyMissing, ConfirmationKeyInvalid) as error:
        reasons.append(error)
    try:
        if "status" in payload:
            status = parse_status_reference(payload["status"])
    except ProtocolError as error:
        reasons.append(error)
    return vct, holder_key, status, reasons


def _disclosure_reasons(processed: ProcessedClaims) -> list[ProtocolError]:
    """Section 2.2.2.3: no disclosure of these claims or inside them, not even one that was not sent."""
    _, disclosed, hidden, arrays = processed
    # Nearly always no path has such a name anywhere.
    if NEVER_DISCLOSED.isdisjoint(chain(*disclosed, *hidden, *arrays)):
        return []
    places = (*disclosed, *hidden, *arrays)
    names = NEVER_DISCLOSED.intersection([place[0] for place in places if place])
    return [ClaimNeverDisclosable(name) for name in sorted(names)]


def _is_well_formed(other_types: Any, vct: str) -> bool:
    """Section 2.2.2.2: a non-empty array of strings, without the `vct` itself."""
    return (
        isinstance(other_types, list)
        and bool(other_types)
        and all(isinstance(one, str) and one != vct for one in other_types)
    )


def _without_repeats(
    reasons: Collection[ProtocolError], already: Collection[ProtocolError]
) -> Iterator[ProtocolError]:
    """The key-binding check has said already what is wrong with `cnf`."""
    known = {type(reason) for reason in already}
    return (reason for reason in reasons if type(reason) not in known)


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None
