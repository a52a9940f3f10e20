"""Steps 1 to 6: one presentation by itself, every reason against it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from specs.errors import ProtocolError
from specs.sd_jwt import KeyBindingPolicy
from specs.sd_jwt_vc.credential import check_credential, parse_credential
from verifier.domain import reasons
from verifier.domain.reason_of_error import reason_of
from verifier.domain.trust import Trust
from verifier.domain.verdict import Reason
from verifier.errors import TrustUnavailable
from verifier.services.verification.checked import Checked, Expected
from verifier.services.verification.issuer_key import FindIssuerKey

KEY_BINDING_MAX_AGE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=60)
REQUIRED_CLAIMS: Final = ("exp",)


@dataclass(frozen=True, slots=True)
class ExaminePresentation:
    find_issuer_key: FindIssuerKey

    async def __call__(
        self, query_id: str, text: str, trust: Trust | TrustUnavailable, expected: Expected, now: datetime
    ) -> Checked | list[Reason]:
        """What is known of it, or what speaks against it.

        ``trust``: the error when there is none to be had; then nothing can be said about its issuer.
        """
        try:
            # 1. It is an SD-JWT in one piece (RFC 9901 section 7.1).
            unverified = parse_credential(text)
            # 2. and 3. A trusted issuer of this type answers for the key, else nothing is checked with it.
            if isinstance(trust, TrustUnavailable):
                raise trust
            found = await self.find_issuer_key(unverified, trust, now)
        except ProtocolError as error:
            return [reason_of(error, query_id)]
        # 4. and 5. Signature, disclosures, times; the holder's signature, nonce, audience, hash and age.
        report = check_credential(
            unverified,
            found.key,
            key_binding=KeyBindingPolicy(expected.nonce, expected.audience, KEY_BINDING_MAX_AGE),
            now=now,
            leeway=LEEWAY,
            required=REQUIRED_CLAIMS,
        )
        against = [reason_of(error, query_id) for error in report.reasons]
        # 6. Where the credential names an issuer, it is the one whose key verified (CD-008).
        named = unverified.issuer
        if named is not None and named != found.issuer.issuer:
            against.append(Reason(reasons.UNTRUSTED_ISSUER, query_id, "iss"))
        if against or report.verified is None:
            return against
        claims = report.verified.processed.claims_as_issued()
        return Checked(query_id, text, report.verified, claims, found.issuer, found.chain)
