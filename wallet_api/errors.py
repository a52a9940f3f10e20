"""What can go wrong in the wallet that no standard names."""

from typing import Final

from specs.errors import ProtocolError

REGISTERED_ISSUER_CODES: Final = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "invalid_token",
        "insufficient_scope",
        "invalid_credential_request",
        "unknown_credential_configuration",
        "unknown_credential_identifier",
        "invalid_proof",
        "invalid_nonce",
        "invalid_encryption_parameters",
        "credential_request_denied",
    }
)
"""RFC 6749 section 5.2, RFC 6750 section 3.1, OpenID4VCI 1.0 section 8.3.1.2: the ones that are passed on."""


class WalletError(ProtocolError):
    """Base of the wallet's own errors."""

    code = "invalid_request"
    text = "The request cannot be carried out."


class UnknownAccount(WalletError):
    """No account has this token."""

    code = "invalid_token"
    text = "Credentials are missing or not valid."


class UnknownOperation(WalletError):
    """Nothing waits under this id: completed before, expired, or another account's."""

    code = "unknown_operation"
    text = "Nothing is waiting here. It may have been completed or have expired."


class UnknownCredential(WalletError):
    """The account has no such credential."""

    code = "unknown_credential"
    text = "There is no such credential in this wallet."


class UnknownHistoryEntry(WalletError):
    """The account has no such record of a presentation."""

    code = "unknown_history_entry"
    text = "There is no such record in this wallet."


class WrongSignatures(WalletError):
    """Not one good signature for each signing input."""

    code = "invalid_signature"
    text = "The signatures do not fit what was to be signed."


class NoAnswer(WalletError):
    """The address was refused, nobody answered there, or too much came back.

    What the port to the Internet raises; the services say whose answer is missing.
    """

    code = "upstream_unavailable"
    text = "Another service that is needed here did not answer as expected."


class IssuerUnreachable(WalletError):
    """The issuer did not answer, or not as it must."""

    code = "issuer_unreachable"
    text = "The issuer cannot be reached or does not answer properly."


class IssuerRefused(WalletError):
    """The issuer answered with an error; its code is passed on when it is a registered one."""

    code = "issuer_refused"
    text = "The issuer refused the request."

    def __init__(self, issuer_code: str, detail: str = "") -> None:
        super().__init__(detail or issuer_code)
        self.issuer_code = issuer_code

    @property
    def code_to_show(self) -> str:
        """The issuer's code, when it is one that everybody knows."""
        return self.issuer_code if self.issuer_code in REGISTERED_ISSUER_CODES else self.code


class IssuanceDeferred(WalletError):
    """The issuer wants to be asked again later (OpenID4VCI 1.0 section 9), which is not supported here."""

    code = "issuance_pending"
    text = "The issuer does not hand out the credential at once. This wallet cannot wait for it."


class OfferNotSupported(WalletError):
    """Nothing in the offer that this wallet could receive, or no grant that it could use."""

    code = "offer_not_supported"
    text = "This wallet cannot receive what is offered."


class TransactionCodeNeeded(WalletError):
    """The offer needs a transaction code and none came, or one came that is not needed (4.18)."""

    code = "transaction_code_required"
    text = "This offer needs exactly the transaction code it asks for."


class CredentialRefused(WalletError):
    """What the issuer sent is not a credential that a verifier would accept, or not for our key."""

    code = "credential_refused"
    text = "The issuer sent a credential that cannot be accepted. It was not stored."


class UntrustedCredentialIssuer(WalletError):
    """Nobody vouches for this issuer and type."""

    code = "untrusted_issuer"
    text = "The issuer of this offer is not trusted."


class ServerHeldKeysNotAllowed(WalletError):
    """The policy of the type wants the holder key on the resident's device (decisions.md, Wallet)."""

    code = "device_key_required"
    text = "This credential needs a key on your own device."


class VerifierUnreachable(WalletError):
    """The verifier did not answer, or not as it must."""

    code = "verifier_unreachable"
    text = "The service that asks cannot be reached or does not answer properly."


class VerifierRefused(WalletError):
    """The verifier did not take the presentation."""

    code = "verifier_refused"
    text = "The service did not accept the presentation."

    def __init__(self, verifier_code: str) -> None:
        super().__init__(verifier_code)
        self.verifier_code = verifier_code


class NothingToShow(WalletError):
    """The wallet has nothing that answers the request."""

    code = "nothing_to_show"
    text = "There is nothing in this wallet that answers the request."


class UnsupportedBrowserProtocol(WalletError):
    """A page asks in a protocol that this wallet does not speak (OpenID4VP 1.0 section A.1)."""

    code = "unsupported_protocol"
    text = "The protocol of the request is not supported."


class ConsentBroken(WalletError):
    """What would be shown is not what the resident agreed to; nothing is sent."""

    code = "consent_broken"
    text = "What would be shown is not what was agreed to. Nothing was sent."


class BadRegisteredVerifiers(WalletError):
    """The file of verifiers known beforehand is not as it must be; the server does not start with it."""

    code = "bad_registered_verifiers"
    text = "The configured verifiers are not valid."


class TrustUnavailable(WalletError):
    """No trust list, or one that is too old or not to be believed: nothing can be said of anybody."""

    code = "trust_unavailable"
    text = "It cannot be checked now whom to trust. Please try again."
