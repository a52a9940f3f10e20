"""What can go wrong in the verifier that no standard names."""

from typing import Any

from specs.errors import ProtocolError


class VerifierError(ProtocolError):
    """Base of the verifier's own errors."""

    code = "invalid_request"
    text = "The request cannot be carried out."


class UnknownRelyingService(VerifierError):
    """No such client, or a wrong secret; which of the two is not told."""

    code = "invalid_client"
    text = "The relying service is not known or its secret is wrong."


class UnknownClient(VerifierError):
    """Management names a relying service that is not registered."""

    code = "unknown_client"
    text = "There is no such relying service."


class ChangedMeanwhile(VerifierError):
    """Somebody else changed the relying service between reading and writing."""

    code = "changed_meanwhile"
    text = "The relying service was changed by somebody else just now. Please look at it again."


class BadServiceAddress(VerifierError):
    """An address of a relying service cannot be registered."""

    code = "bad_service_address"
    text = "An address of the relying service cannot be registered."


class BadSite(BadServiceAddress):
    """Not the origin of a web site."""

    code = "bad_site"
    text = "The site must be an https origin: scheme, host and perhaps a port, with nothing after it."


class BadReturnUrl(BadServiceAddress):
    """Not an address to which people may be sent back."""

    code = "bad_return_url"
    text = "Each return URL must be an https address on the site of the relying service, without a fragment."


class BadWebhookUrl(BadServiceAddress):
    """Not an address that may be called."""

    code = "bad_webhook_url"
    text = "The webhook must be an https address at a public host that is not ours, without a fragment."


class BadEvidenceKey(VerifierError):
    """Not a public key that evidence can be encrypted to."""

    code = "bad_evidence_key"
    text = "The evidence key must be a public JWK on P-256 with alg ECDH-ES."


class UnknownPreset(VerifierError):
    """The preset does not exist, or the relying service is not registered for it."""

    code = "unknown_preset"
    text = "The relying service is not registered for this preset."


class PrefixNotAvailable(VerifierError):
    """The verifier has no client identifier of this kind."""

    code = "prefix_not_available"
    text = "The verifier has no client identifier of this kind."


class BadTransactionData(VerifierError):
    """What a person is to agree to is not of a type, or not in words, that every wallet of ours shows."""

    code = "invalid_transaction_data"
    text = "The transaction data is not valid: type, text in English and French, credentials of the preset."


class ReturnUrlNotRegistered(VerifierError):
    """Visitors go back to registered addresses only (compared character by character)."""

    code = "return_url_not_registered"
    text = "The return URL is not one of those that the relying service has registered."


class CrossDeviceNotAllowed(VerifierError):
    """The preset wants more protection against relayed QR codes than the relying service (5.32)."""

    code = "cross_device_not_allowed"
    text = "The preset does not allow this way of answering from another device."


class BadLifetime(VerifierError):
    """A request that lives for too short or too long a time."""

    code = "bad_lifetime"
    text = "The lifetime must be at least 30 seconds and no longer than the verifier allows."


class BadReference(VerifierError):
    """The relying service's own word is too long or cannot be printed."""

    code = "bad_reference"
    text = "The reference must have 1 to 64 printable ASCII characters."


class UnknownPresentation(VerifierError):
    """No such presentation for this relying service."""

    code = "unknown_presentation"
    text = "There is no such presentation."


class PresentationOpen(VerifierError):
    """The result was asked for before there was one."""

    code = "presentation_open"
    text = "The presentation is not finished yet."


class ResultGone(VerifierError):
    """The result was fetched before, or nobody fetched it in time."""

    code = "result_gone"
    text = "The result has been fetched or has expired. It is not kept."


class PresentationOver(VerifierError):
    """It has ended, so it cannot be cancelled."""

    code = "presentation_over"
    text = "The presentation has ended already."


class TooManyPresentations(VerifierError):
    """The relying service has as many open presentations as it may have."""

    code = "too_many_presentations"
    text = "The relying service has too many open presentations. Please wait until some have ended."


class TooManyStreams(VerifierError):
    """The relying service listens to as many presentations as it may at once."""

    code = "too_many_streams"
    text = "The relying service has too many event streams open."


class RequestGone(VerifierError):
    """The request is unknown, finished or expired; wallets are told no more than that."""

    code = "invalid_request"
    text = "This request is not open. It may have been answered already or have expired."


class OverAsking(VerifierError):
    """A preset asks for claims that it may not ask for (5.19)."""

    code = "over_asking"
    text = "A preset asks for more than its purpose needs; trillium verifier presets says which one."

    def __init__(self, detail: str = "", findings: tuple[Any, ...] = ()) -> None:
        """``findings``: as the linter made them (domain/over_asking.py)."""
        super().__init__(detail)
        self.findings = findings


class BadPreset(VerifierError):
    """A preset's file is not usable."""

    code = "bad_preset"
    text = "A preset is not valid; trillium verifier presets says which one and why."


class UnknownCredentialType(BadPreset):
    """A preset asks for a type that no trusted issuer issues."""


class BadTypeDescription(VerifierError):
    """The folder of type descriptions is not usable."""

    code = "bad_type_description"
    text = "A description of a credential type is not valid."


class BadTrust(VerifierError):
    """The configured trust is not usable."""

    code = "bad_trust"
    text = "The configured trust is not valid."


class TrustUnavailable(VerifierError):
    """No trust list, or one that is too old or not to be believed: nothing can be said of any issuer."""

    code = "trust_unavailable"
    text = "The list of trusted issuers is not available."


class IssuerKeysUnavailable(VerifierError):
    """The keys of a trusted issuer could not be fetched, which says nothing about its credentials."""

    code = "issuer_keys_unavailable"
    text = "The keys of the issuer are not available."


class ResponseNotForThisRequest(VerifierError):
    """Damaged, without holder binding, or bound to another request's nonce; the request stays open."""

    code = "invalid_request"
    text = "The response does not belong to this request."


class PresentationNotGenuine(VerifierError):
    """Forged, altered, or not by its holder; recorded as rejected."""

    code = "invalid_request"
    text = "The presentation is not genuine."


class ReceiptGone(VerifierError):
    """Unknown code, or the receipt was fetched before or not in time; which of them is not told."""

    code = "receipt_gone"
    text = "There is no receipt for this code, or it has been handed out or has expired. It is not kept."


class BadReceipt(VerifierError):
    """Not a receipt of this verifier, or one that was changed."""

    code = "bad_receipt"
    text = "This is not a receipt that this verifier has signed."


class EvidenceKeyMissing(VerifierError):
    """The preset declares evidence, and the relying service has no key that it could be encrypted to."""

    code = "evidence_key_missing"
    text = "The preset needs evidence to be kept, and the relying service has registered no key for it."


class UnknownEvidence(VerifierError):
    """No such evidence for this relying service; it may have been deleted on its day."""

    code = "unknown_evidence"
    text = "There is no such evidence. It may have been deleted on its day."


class DrillsRefused(VerifierError):
    """Drills are for the sandbox."""

    code = "drills_refused"
    text = "Drills are not available in production."


class UnknownPage(VerifierError):
    """No page has this address, or it is forgotten."""

    code = "unknown_page"
    text = "There is no such page, or its time is over. Go back to the service and start again."


class PageOfAnotherBrowser(VerifierError):
    """Another browser opened the page first; a page belongs to one (5.29)."""

    code = "page_of_another_browser"
    text = "This page belongs to another browser. Go back to the service and start again in this one."


class ResponseCodeGone(VerifierError):
    """A response code that nobody was given, that was used, or whose time is over."""

    code = "response_code_gone"
    text = "This address was used before, or its time is over. Nothing was released by opening it."


class PageFormRefused(VerifierError):
    """A form that did not come from our page."""

    code = "page_form_refused"
    text = "This form was not sent from our page. Open the page again and repeat what you did."


class BadBundle(VerifierError):
    """An offline bundle that cannot be used, or cannot be made."""

    code = "bad_bundle"
    text = "The offline bundle cannot be used."


class UntrustedBundle(BadBundle):
    """Not signed by a pinned key of the expected verifier."""

    code = "untrusted_bundle"
    text = "The offline bundle is not from the expected verifier."


class BundleExpired(BadBundle):
    """Its time is over."""

    code = "bundle_expired"
    text = "The offline bundle has ended. Fetch a new one."


class BundleFromTheFuture(BadBundle):
    """It was made later than this clock says."""

    code = "bundle_from_the_future"
    text = "The offline bundle is newer than the clock of this device. Correct the clock."


class OlderBundle(BadBundle):
    """A newer one has been used before."""

    code = "older_bundle"
    text = "A newer offline bundle has been used before."


class ReturnCodeWrong(VerifierError):
    """The relying service has not shown that its visitor came back from the page; the result stays."""

    code = "return_code_wrong"
    text = "The visitor has not come back with the code of this presentation."
