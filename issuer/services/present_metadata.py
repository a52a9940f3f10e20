"""Issuer metadata as wallets ask for it: in their languages, signed or not (OpenID4VCI section 12.2.2).

Few forms exist, and each is made once: anew when the encryption keys in it changed, and a signed one before
it gets old.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from issuer.ports import Clock
from keys.signer import Signer
from specs.encoding import create_json
from specs.openid4vci import (
    CredentialIssuerMetadata,
    create_issuer_metadata,
    metadata_in_languages,
    metadata_languages,
    prepare_signed_issuer_metadata,
)

SIGNED_VALIDITY: Final = timedelta(hours=24)
SIGNED_MAX_AGE: Final = timedelta(hours=1)
Languages = frozenset[str]


@dataclass(frozen=True, slots=True)
class MetadataDocument:
    """One form of it. ``languages``: of its display data, as BCP 47."""

    body: bytes = field(repr=False)
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Signed:
    document: MetadataDocument
    signed_at: datetime
    key_id: str


@dataclass(frozen=True, slots=True)
class PresentMetadata:
    """``request_keys()``: the JWK Set to which requests may be encrypted; it follows the key ring."""

    metadata: CredentialIssuerMetadata
    request_keys: Callable[[], Mapping[str, Any]]
    signer: Callable[[datetime], Signer]
    clock: Clock
    allow_http: bool
    _plain: dict[tuple[Languages, str], MetadataDocument] = field(default_factory=dict, repr=False)
    _signed: dict[tuple[Languages, str], _Signed] = field(default_factory=dict, repr=False)

    def plain(self, languages: Languages) -> MetadataDocument:
        """As JSON. ``languages``: primary subtags; those that we do not have are not asked for."""
        current, form = self._form(languages)
        known = self._plain.get(form)
        if known is None:
            chosen = metadata_in_languages(current, languages)
            body = create_json(create_issuer_metadata(chosen, insecure_allow_http=self.allow_http))
            known = MetadataDocument(body, metadata_languages(chosen))
            _remember(self._plain, form, known)
        return known

    async def signed(self, languages: Languages) -> MetadataDocument:
        """The same as a JWT of the metadata key, good for a day, at most an hour old.

        Raises what the key ring raises when there is no certificate that is valid now.
        """
        current, form = self._form(languages)
        now = self.clock.now()
        signer = self.signer(now)
        known = self._signed.get(form)
        if known is None or known.key_id != signer.key_id or now - known.signed_at >= SIGNED_MAX_AGE:
            chosen = metadata_in_languages(current, languages)
            prepared = prepare_signed_issuer_metadata(
                chosen,
                algorithm=signer.algorithm,
                certificate_chain=signer.certificate_chain,
                issued_at=now,
                expires_at=now + SIGNED_VALIDITY,
                insecure_allow_http=self.allow_http,
            )
            token = prepared.attach(await signer.sign(prepared.data))
            document = MetadataDocument(token.encode("ascii"), metadata_languages(chosen))
            known = _Signed(document, now, signer.key_id)
            _remember(self._signed, form, known)
        return known.document

    def _form(self, languages: Languages) -> tuple[CredentialIssuerMetadata, tuple[Languages, str]]:
        offered = self.metadata.credential_request_encryption
        if offered is None:
            return self.metadata, (languages, "")
        jwks = self.request_keys()
        current = self.metadata.model_copy(
            update={"credential_request_encryption": offered.model_copy(update={"jwks": jwks})}
        )
        return current, (languages, " ".join(str(key.get("kid")) for key in jwks["keys"]))


_MOST_FORMS: Final = 16


def _remember(forms: dict[tuple[Languages, str], Any], form: tuple[Languages, str], made: Any) -> None:
    """The oldest goes: those of keys that were replaced."""
    forms[form] = made
    if len(forms) > _MOST_FORMS:
        del forms[next(iter(forms))]
