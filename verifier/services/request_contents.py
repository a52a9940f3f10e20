"""What a request says: to a wallet by link or address, and to a browser's Digital Credentials API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from keys.signer import Signer
from specs.openid4vp import (
    BrowserRequestParameters,
    RequestParameters,
    TransactionData,
    VerifierInfo,
    create_client_metadata,
    create_vp_formats,
    parse_client_id,
    prepare_request_object,
)
from verifier.domain.presentation import ClientIdPrefix, Presentation
from verifier.domain.preset import Preset
from verifier.domain.relying_service import RelyingService
from verifier.domain.transaction_types import parse_sent
from verifier.errors import RequestGone
from verifier.services.registration import Registrations
from verifier.services.requests import RequestIdentity
from verifier.services.response_keys import ResponseKeys

ALGORITHMS: Final = ("ES256",)
_FORMATS: Final = create_vp_formats(credential_algorithms=ALGORITHMS, key_binding_algorithms=ALGORITHMS)


@dataclass(frozen=True, slots=True)
class RequestContents:
    presets: Mapping[str, Preset]
    identity: RequestIdentity
    keys: ResponseKeys
    registrations: Registrations

    def preset_of(self, presentation: Presentation) -> Preset:
        """What is asked for.

        Raises:
            RequestGone: the preset was taken away.
        """
        preset = self.presets.get(presentation.preset)
        if preset is None:
            raise RequestGone("no preset")
        return preset

    async def parameters(
        self, presentation: Presentation, service: RelyingService, now: datetime
    ) -> RequestParameters:
        """The request, the same each time but for the signature in ``verifier_info`` (5.01 to 5.10).

        Raises:
            RequestGone: the preset was taken away, or the presentation has ended.
        """
        info: tuple[VerifierInfo, ...] = ()
        if presentation.prefix.is_signed:
            # Beside an unsigned request it would vouch for whoever copied it from one of ours.
            info = (await self._registration(presentation, service, now),)
        return RequestParameters(
            client_id=parse_client_id(presentation.audience),
            response_uri=self.identity.response_uri(presentation.prefix, presentation.request_id),
            nonce=presentation.nonce,
            state=presentation.state_value,
            query=self.preset_of(presentation).query,
            client_metadata=self._metadata(presentation, encrypted=presentation.response_mode.encrypted),
            response_mode=presentation.response_mode,
            transaction_data=self.transaction_data(presentation),
            verifier_info=info,
        )

    async def browser_parameters(
        self, presentation: Presentation, service: RelyingService, now: datetime
    ) -> BrowserRequestParameters:
        """The same question for the Digital Credentials API; the answer is always encrypted (6.14).

        Raises:
            RequestGone: as above.
        """
        return BrowserRequestParameters(
            nonce=presentation.nonce,
            query=self.preset_of(presentation).query,
            client_metadata=self._metadata(presentation, encrypted=True),
            transaction_data=self.transaction_data(presentation),
            verifier_info=(await self._registration(presentation, service, now),),
        )

    async def sign(
        self,
        parameters: RequestParameters,
        presentation: Presentation,
        now: datetime,
        wallet_nonce: str | None,
    ) -> str:
        """The signed request object (5.01); it lives as long as the presentation."""
        signer = self.identity.signer(now)
        prepared = prepare_request_object(
            parameters,
            algorithm=signer.algorithm,
            issued_at=now,
            expires_at=presentation.expires_at,
            wallet_nonce=wallet_nonce,
            **signer_header(presentation.prefix, signer),
        )
        return prepared.attach(await signer.sign(prepared.data))

    def transaction_data(self, presentation: Presentation) -> tuple[TransactionData, ...]:
        """What the person is asked to agree to, as sent (5.09)."""
        if not presentation.transaction_data:
            return ()
        query_ids = self.preset_of(presentation).query.requested_ids()
        return parse_sent(presentation.transaction_data, query_ids=query_ids)

    def _metadata(self, presentation: Presentation, *, encrypted: bool) -> dict[str, Any]:
        keys = [self.keys.open(presentation).public_jwk] if encrypted else []
        return create_client_metadata(_FORMATS, jwks=keys)

    async def _registration(
        self, presentation: Presentation, service: RelyingService, now: datetime
    ) -> VerifierInfo:
        signer, preset = self.identity.signer(now), self.preset_of(presentation)
        return await self.registrations.create(
            service, preset, signer, now=now, until=presentation.expires_at
        )


def signer_header(prefix: ClientIdPrefix, signer: Signer) -> dict[str, Any]:
    """How a wallet finds the key: in our certificate, or among those it knows beforehand (5.08)."""
    if prefix is ClientIdPrefix.PRE_REGISTERED:
        return {"key_id": signer.key_id}
    return {"certificate_chain": signer.certificate_chain}
