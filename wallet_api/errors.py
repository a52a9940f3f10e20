"""What can go wrong in the wallet that no standard names."""

from specs.errors import ProtocolError


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


class WrongSignatures(WalletError):
    """Not one good signature for each signing input."""

    code = "invalid_signature"
    text = "The signatures do not fit what was to be signed."


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


class CredentialRefused(WalletError):
    """What the issuer sent is not a credential that a verifier would accept, or not for our key."""

    code = "credential_refused"
    text = "The issuer sent a credential that cannot be accepted. It was not stored."


class UntrustedCredentialIssuer(WalletError):
    """Nobody vouches for this issuer and type."""

    code = "untrusted_issuer"
    text = "The issuer of this offer is not trusted."


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
