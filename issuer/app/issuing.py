"""The credential, deferred credential and notification endpoints, wired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from prometheus_client import CollectorRegistry, Counter

from issuer.app.outside import Outside
from issuer.domain.configuration_entry import largest_batch
from issuer.services.allocate_entries import AllocateEntries
from issuer.services.authorize_request import AuthorizeRequest
from issuer.services.decide_deferred import DecideDeferred
from issuer.services.defer_credential import DeferCredential, DeferralRules
from issuer.services.encrypt_messages import EncryptMessages
from issuer.services.find_claims import FindClaims
from issuer.services.issue_credential import IssueCredential
from issuer.services.issue_deferred import IssueDeferred
from issuer.services.issue_nonce import IssueNonce
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.notification_ids import NotificationIds
from issuer.services.publish_metadata import IssuerDocuments
from issuer.services.record_notification import RecordNotification
from issuer.services.sign_copies import IssuerIdentity, SignCopies
from issuer.services.verify_holder_keys import KeyAttesters, VerifyHolderKeys
from issuer.settings import Settings
from issuer.web.credential import CredentialEndpoint, NonceEndpoint
from issuer.web.credential_messages import CredentialMessages
from issuer.web.deferred import DeferredCredentialEndpoint
from issuer.web.issuing_routes import IssuingEndpoints
from issuer.web.notification import NotificationEndpoint
from keys.certificate_chains import load_anchors
from specs.jose import ChainCache, TrustAnchors, VerifiedChain, trust_anchors
from trillium.runtime.settings import Check, Refusal


@dataclass(frozen=True, slots=True)
class Issuing:
    """What happens to requests with an access token, and the decisions behind some of them."""

    authorize: AuthorizeRequest
    credentials: IssueCredential
    deferred: IssueDeferred
    decisions: DecideDeferred
    notifications: RecordNotification
    encryption: EncryptMessages


def build_issuing(
    settings: Settings,
    keys: IssuerKeys,
    outside: Outside,
    documents: IssuerDocuments,
    *,
    allocate: AllocateEntries,
    authorize: AuthorizeRequest,
) -> Issuing:
    stores, clock, randomness = outside.stores, outside.clock, outside.randomness
    identity = IssuerIdentity(settings.public_url, keys.credential_signer, keys.list_uri)
    nonces = IssueNonce(keys.nonce_secret, clock, randomness)
    holder_keys = _holder_keys(settings, nonces, documents)
    claims = FindClaims(outside.directory, randomness, lambda now: now.astimezone(settings.zone).date())
    copies = SignCopies(identity, allocate, randomness)
    notification_ids = NotificationIds(keys.wrapping_secret)
    rules = deferral_rules(settings)
    return Issuing(
        authorize,
        IssueCredential(
            documents.metadata,
            documents.configurations,
            holder_keys,
            claims,
            copies,
            stores.issuances,
            DeferCredential(stores.deferred, randomness, rules),
            notification_ids,
            clock,
        ),
        IssueDeferred(
            documents.metadata,
            documents.configurations,
            stores.deferred,
            stores.statuses,
            claims,
            copies,
            rules,
            clock,
        ),
        DecideDeferred(stores.deferred, documents.configurations, clock),
        RecordNotification(stores.notifications, stores.issuances, notification_ids, clock),
        EncryptMessages(
            documents.metadata,
            keys.request_key,
            lambda: ec.generate_private_key(ec.SECP256R1()),
            clock,
            randomness,
        ),
    )


def build_issuing_endpoints(
    settings: Settings, issuing: Issuing, metrics: CollectorRegistry
) -> IssuingEndpoints:
    """``metrics``: where requests with a proof of old drafts are counted."""
    messages, authorize = CredentialMessages(issuing.encryption), issuing.authorize
    draft_proofs = Counter(
        "issuer_draft_proofs", "Requests with the single proof of drafts before 1.0.", registry=metrics
    )
    return IssuingEndpoints(
        NonceEndpoint(issuing.credentials.nonces),
        CredentialEndpoint(
            issuing.credentials,
            authorize,
            messages,
            count_draft_proof=draft_proofs.inc if settings.draft_proof else None,
        ),
        DeferredCredentialEndpoint(issuing.deferred, authorize, messages),
        NotificationEndpoint(issuing.notifications, authorize),
    )


def deferral_rules(settings: Settings) -> DeferralRules:
    """How long wallets wait and may ask."""
    wait = settings.deferred_approve_after
    return DeferralRules(
        timedelta(seconds=settings.deferred_interval),
        timedelta(days=settings.deferred_days),
        None if wait is None else timedelta(seconds=wait),
    )


def key_attesters(settings: Settings) -> KeyAttesters:
    """Who may vouch for keys: the authorities of a PEM file; nobody without one."""
    file, chains = settings.key_attesters_file, ChainCache()
    anchors: TrustAnchors = trust_anchors([]) if file is None else load_anchors(file.read_bytes())

    def verify_chain(value: object, now: datetime) -> VerifiedChain:
        return chains.verify(value, anchors, now=now)

    return KeyAttesters(verify_chain, any_trusted=bool(anchors.certificates))


def check_issuing(settings: Settings) -> Check:
    """Production reads no old drafts, and nothing is approved by time alone."""

    def check() -> Iterable[Refusal]:
        if settings.draft_proof:
            yield Refusal(settings.setting_name("draft_proof"), "must be off")
        if settings.deferred_approve_after is not None:
            yield Refusal(settings.setting_name("deferred_approve_after"), "must be empty: somebody decides")

    return check


def _holder_keys(settings: Settings, nonces: IssueNonce, documents: IssuerDocuments) -> VerifyHolderKeys:
    most = largest_batch(documents.configurations.values())
    return VerifyHolderKeys(settings.public_url, nonces, key_attesters(settings), most)
