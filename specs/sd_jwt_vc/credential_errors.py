"""What makes an SD-JWT that verifies no acceptable SD-JWT VC."""

from typing import ClassVar

from specs.errors import ProtocolError
from specs.sd_jwt import SdJwtRejected


class CredentialError(ProtocolError):
    """A credential that must not be accepted."""

    code: ClassVar[str] = "invalid_credential"
    text: ClassVar[str] = "The credential is not valid."
    section: ClassVar[str] = "SD-JWT VC section 2.2"


class CredentialRejected(SdJwtRejected):
    """Raised by `verify_credential`; carries every reason that was found."""

    code = "credential_rejected"
    text = "The credential was refused."
    section = "SD-JWT VC section 2.4"


class TypeIdentifierMissing(CredentialError):
    """`vct` is not there in the clear, or is no string."""

    code = "credential_vct_missing"
    text = "The credential does not say of which type it is."
    section = "SD-JWT VC section 2.2.2.1"


class ClaimNeverDisclosable(CredentialError):
    """A claim that every verifier has to see is, or could be, behind a digest."""

    code = "credential_claim_never_disclosable"
    text = "The credential hides a claim that must not be selectively disclosable."
    section = "SD-JWT VC section 2.2.2.3"


class OtherTypesMalformed(CredentialError):
    code = "credential_aka_vcts_malformed"
    text = "The other types named in the credential are not well formed."
    section = "SD-JWT VC section 2.2.2.2"


class RegisteredClaimMalformed(CredentialError):
    """`iss`, `sub` or `vct#integrity` that is no string."""

    code = "credential_claim_malformed"
    text = "A registered claim of the credential is malformed."
    section = "SD-JWT VC section 2.2.2.3"


class HolderKeyMismatch(CredentialError):
    """At issuance: bound to another key than the one the wallet proved."""

    code = "credential_holder_key_mismatch"
    text = "The credential is not bound to the key it was requested for."
    section = "SD-JWT VC section 2.2.2.3"


class CredentialNotApproved(CredentialError):
    """At issuance: the claims, type or plan differ from what was checked against the type."""

    code = "credential_not_approved"
    text = "The credential differs from the one that was checked."
    section = "SD-JWT VC section 5.6"
