"""What can go wrong in the verifier that no standard names."""

from specs.errors import ProtocolError


class VerifierError(ProtocolError):
    """Base of the verifier's own errors."""

    code = "invalid_request"
    text = "The request cannot be carried out."


class UnknownRelyingService(VerifierError):
    """No such client, or a wrong secret; which of the two is not told."""

    code = "invalid_client"
    text = "The relying service is not known or its secret is wrong."


class UnknownPreset(VerifierError):
    """The preset does not exist, or the relying service is not registered for it."""

    code = "unknown_preset"
    text = "The relying service is not registered for this preset."


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


class RequestGone(VerifierError):
    """The request is unknown, finished or expired; wallets are told no more than that."""

    code = "invalid_request"
    text = "This request is not open. It may have been answered already or have expired."


class OverAsking(VerifierError):
    """A preset asks for claims that it may not ask for (5.19)."""

    code = "over_asking"
    text = "The preset asks for more than its purpose needs."


class BadPreset(VerifierError):
    """A preset's file is not usable."""

    code = "bad_preset"
    text = "The preset is not valid."


class UnknownCredentialType(BadPreset):
    """A preset asks for a type that no trusted issuer issues."""


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


class DrillsRefused(VerifierError):
    """Drills are for the sandbox."""

    code = "drills_refused"
    text = "Drills are not available in production."
