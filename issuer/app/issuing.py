"""The credential endpoint's services, wired."""

from issuer.app.outside import Outside
from issuer.services.allocate_entries import AllocateEntries
from issuer.services.authorize_request import AuthorizeRequest
from issuer.services.grants import GrantReferences
from issuer.services.issue_credential import IssueCredential, IssuerIdentity
from issuer.services.issue_nonce import IssueNonce
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.publish_metadata import IssuerDocuments
from issuer.settings import Settings


def build_credentials(
    settings: Settings,
    keys: IssuerKeys,
    outside: Outside,
    documents: IssuerDocuments,
    allocate: AllocateEntries,
) -> IssueCredential:
    references = GrantReferences(keys.wrapping_secret)
    return IssueCredential(
        AuthorizeRequest(settings.public_url, keys.token_keys, references, outside.clock),
        IssuerIdentity(settings.public_url, keys.credential_signer, keys.list_uri),
        documents.metadata,
        documents.configurations,
        outside.stores.issuances,
        allocate,
        outside.directory,
        IssueNonce(keys.nonce_secret, outside.clock, outside.randomness),
        outside.clock,
        outside.randomness,
        lambda now: now.astimezone(settings.zone).date(),
    )
