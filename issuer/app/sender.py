"""Who sends a request, wired: client attestation, DPoP, and the nonces for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from issuer.app.outside import Outside
from issuer.services.authenticate_client import AttestationRules, AttestationUse, AuthenticateClient
from issuer.services.authorize_request import AuthorizeRequest
from issuer.services.constrain_sender import ConstrainSender
from issuer.services.grants import GrantReferences
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.server_nonces import ServerNonces
from issuer.settings import Settings
from issuer.web.sender import challenge_routes, with_fresh_nonces
from keys.certificate_chains import load_anchors
from specs.jose.x5c import TrustAnchors, trust_anchors
from trillium.runtime.openapi import HotRoute


@dataclass(frozen=True, slots=True)
class Senders:
    """``authenticate``: at the token endpoint and where requests are pushed. ``authorize``: at resources."""

    authenticate: AuthenticateClient
    authorize: AuthorizeRequest
    nonces: ServerNonces


def build_senders(settings: Settings, keys: IssuerKeys, outside: Outside) -> Senders:
    replays, clock = outside.stores.replays, outside.clock
    nonces = ServerNonces(keys.nonce_secret, clock, outside.randomness)
    constrain = ConstrainSender(
        nonces,
        replays,
        clock,
        required=settings.dpop == "required",
        nonce_required=settings.sender_nonces == "required",
    )
    rules = AttestationRules(
        AttestationUse(settings.client_attestation),
        read_attesters(settings.wallet_attesters_file),
        timedelta(hours=settings.attestation_max_hours) if settings.attestation_max_hours else None,
        challenge_required=settings.sender_nonces == "required",
    )
    references = GrantReferences(keys.wrapping_secret)
    return Senders(
        AuthenticateClient(settings.public_url, rules, constrain, nonces, replays, clock),
        AuthorizeRequest(
            settings.public_url, keys.token_keys, references, clock, constrain, outside.stores.grants
        ),
        nonces,
    )


def sender_routes(settings: Settings, senders: Senders, routes: Sequence[HotRoute]) -> Sequence[HotRoute]:
    """``routes`` with fresh nonces in their answers, and the challenge endpoint where there is one."""
    attestations = settings.client_attestation != "off"
    fresh = with_fresh_nonces(routes, senders.nonces, attestations=attestations)
    return [*fresh, *challenge_routes(senders.nonces)] if attestations else fresh


def read_attesters(file: Path | None) -> TrustAnchors:
    """The authorities of wallet providers, from a PEM file; nobody is trusted without one."""
    return trust_anchors([]) if file is None else load_anchors(file.read_bytes())
