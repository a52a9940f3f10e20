"""What can go wrong in the issuer that no standard names."""

from specs.errors import ProtocolError


class IssuerError(ProtocolError):
    """Base of the issuer's own errors."""

    code = "invalid_request"
    text = "The request cannot be carried out."


class UnknownSubject(IssuerError):
    """The register of residents has no such person."""

    code = "unknown_subject"
    text = "The register has no such person."


class DirectoryUnavailable(IssuerError):
    """The register of residents did not answer; nothing is issued without it."""

    code = "temporarily_unavailable"
    text = "The register of residents cannot be reached at the moment."

    def __init__(self, detail: str = "", *, retry_after: int = 5, wait_was_asked_for: bool = False) -> None:
        """``retry_after``: seconds; ``wait_was_asked_for``: by the register itself."""
        super().__init__(detail)
        self.retry_after = retry_after
        self.wait_was_asked_for = wait_was_asked_for


class RegisterIsElsewhere(IssuerError):
    """The register is a ministry's own: nobody is imported here."""

    code = "register_is_elsewhere"
    text = "The register is kept by a ministry. Nothing is imported here."


class ClaimsDoNotFit(IssuerError):
    """What the register holds does not fit the credential type; nothing is recorded or signed."""

    code = "credential_request_denied"
    text = "The register does not hold what this credential needs."


class CredentialNotForSubject(IssuerError):
    """The type is about something else, or the capacity that it would be held in does not stand."""

    code = "credential_request_denied"
    text = "This credential is not issued about this subject, or not to be held in this capacity."


class UnknownConfiguration(IssuerError):
    """The offer names no credential configuration, one twice, or one that is not offered here (4.10)."""

    code = "unknown_credential_configuration"
    text = "Name at least one credential that is offered here, each once."


class OfferNeedsTransactionCode(IssuerError):
    """Production refuses to offer an identity credential without a transaction code."""

    code = "transaction_code_required"
    text = "This credential is offered with a transaction code only."


class OfferLifetimeRefused(IssuerError):
    """An offer would live too long for what it opens, or too short to be used."""

    code = "offer_lifetime_refused"
    text = "An offer lives for a minute to an hour, or a week when the person has to sign in."


class TransactionCodeWithoutUse(IssuerError):
    """A transaction code belongs to a pre-authorized code; with a sign-in there is none (section 4.1.1)."""

    code = "transaction_code_without_use"
    text = "An offer that asks the person to sign in has no transaction code."


class NotAMailAddress(IssuerError):
    """Not one plain address of at most 254 characters."""

    code = "not_a_mail_address"
    text = "This is not a mail address that can be written to."


class ResidentNotReachable(IssuerError):
    """The code was to go to the resident, and there is no channel or no address."""

    code = "resident_not_reachable"
    text = "The transaction code cannot be sent to this person. Hand it over in person."


class TransactionCodeNotSent(IssuerError):
    """The channel did not take the transaction code; no offer was made."""

    code = "transaction_code_not_sent"
    text = "The transaction code could not be sent. No offer was made."


class UnknownOfferPage(IssuerError):
    """No offer has this page."""

    code = "unknown_offer_page"
    text = "There is no offer at this address. Check that the address is complete."


class UnknownOffer(IssuerError):
    """No such offer, or it is over; which of the two is not told."""

    code = "unknown_offer"
    text = "There is no open offer here. It may have been used already, withdrawn or expired."


class UnknownIssuance(IssuerError):
    """No card by this id, or none for this person."""

    code = "unknown_credential"
    text = "There is no such credential."


class StatusChangeRefused(IssuerError):
    """The status of the card does not allow the change: revoked is final, only suspended is reinstated."""

    code = "status_change_refused"
    text = "The status of the credential does not allow this change."


class BatchTooLarge(IssuerError):
    """More attested keys than the metadata allows at once; a type that gives out fewer refuses nobody."""

    code = "invalid_credential_request"
    text = "There are more keys than copies of this credential are issued at once."

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most


class UnknownDeferral(IssuerError):
    """No deferred request by this id."""

    code = "unknown_deferral"
    text = "There is no such deferred request."


class DeferralDecided(IssuerError):
    """Decided before, fetched, or too late."""

    code = "deferral_decided"
    text = "The deferred request does not wait for a decision any more."


class UnknownStatusList(IssuerError):
    """No status list at this address."""

    code = "unknown_status_list"
    text = "There is no status list at this address."


class StatusEntryTaken(IssuerError):
    """Two credentials were about to share an index (3.10): a fault of ours, caught by the store."""

    code = "server_error"
    text = "The credential could not be recorded. Nothing was issued."


class CredentialNotSigned(IssuerError):
    """Recording succeeded, signing did not; the indices are never used again."""

    code = "server_error"
    text = "The credential could not be signed. Nothing was issued."


class StatusListFormNotOffered(IssuerError):
    """The client accepts none of the forms that we have (3.17)."""

    code = "not_acceptable"
    text = "Status lists are served as application/statuslist+jwt."


class HistoryNotOffered(IssuerError):
    """Old editions of a list are not kept: who was revoked when is nobody's business (3.20)."""

    code = "not_implemented"
    text = "Earlier states of a status list are not offered."


class UnknownType(IssuerError):
    """No credential type at this address."""

    code = "unknown_credential_type"
    text = "There is no credential type at this address."


class UnknownClient(IssuerError):
    """An authorization request of a wallet that is not registered; there is nowhere to send an answer."""

    code = "invalid_client"
    text = "The wallet is not registered here."


class UnregisteredRedirectUri(IssuerError):
    """A redirect URI that is not exactly one of the wallet's; nothing is sent there, not even an error."""

    code = "invalid_request"
    text = "The wallet asks for an answer to an address that is not registered for it."


class AuthorizationSessionOver(IssuerError):
    """No session by this cookie, or its time is over, or this step of it was taken already."""

    code = "session_over"
    text = "This request is over. Start again in the wallet."


class NothingAgreed(IssuerError):
    """A consent to nothing, or to something that was not asked for."""

    code = "nothing_agreed"
    text = "Choose at least one of the credentials that the wallet asks for."


class LoginFailed(IssuerError):
    """Sign-in with the provider did not end well; the code is what the wallet is told (RFC 6749 4.1.2.1)."""

    code = "server_error"
    text = "Signing in did not work."


class LoginNotTrusted(LoginFailed):
    """What the sign-in provider answered is wrong, too large, or not meant for us."""

    text = "The sign-in service gave an answer that cannot be trusted. Nothing was issued."


class LoginUnavailable(LoginFailed):
    """The sign-in provider does not answer, or says that it cannot now."""

    code = "temporarily_unavailable"
    text = "The sign-in service does not answer at the moment."


class LoginCancelled(LoginFailed):
    """The person, or the sign-in provider, said no."""

    code = "access_denied"
    text = "You did not sign in. Nothing was issued."


class LoginUnknownPerson(LoginFailed):
    """Signed in, but the register has no person for this account."""

    code = "access_denied"
    text = "The register of residents has no person for the account that you signed in with."


class LoginNotStartedHere(IssuerError):
    """An answer of the provider for another browser, or for none: nobody is sent anywhere with it."""

    text = "This sign-in was not started in this browser, or too long ago."


class PageFormRefused(IssuerError):
    """A form that did not come from the page we showed (cross-site request forgery)."""

    text = "This form is not from the page that was shown here. Go back and try again."
