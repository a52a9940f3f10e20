"""Refusals of attestation-based client authentication (draft -10 section 8.4)."""

from specs.oauth.errors import InvalidClient, OAuthError


class MissingClientAttestation(InvalidClient):
    """A wallet that shows no attestation where one is needed (HAIP 1.0 section 4.4.1)."""

    text = "The client must authenticate with a client attestation."
    section = "HAIP 1.0 section 4.4.1"


class InvalidClientAttestation(InvalidClient):
    """The attestation, its chain or the proof of possession: missing, repeated, or not what it should be."""

    code = "invalid_client_attestation"
    text = "The client attestation or its proof of possession is not valid."
    section = "draft-ietf-oauth-attestation-based-client-auth-10 section 8.4"


class WrongAttestedClient(InvalidClientAttestation):
    """The attestation is for another client than the one that is named in the request."""

    text = "The client attestation is for another client."
    section = "draft-ietf-oauth-attestation-based-client-auth-10 section 8.5"


class WrongAttestedKey(InvalidClientAttestation):
    """A good attestation and a good proof, of two different keys."""

    text = "The client attestation is for another key."
    section = "draft-ietf-oauth-attestation-based-client-auth-10 section 8.3"


class UsedAttestationPop(InvalidClientAttestation):
    """A proof of possession that was seen before."""

    text = "The proof of possession was used before."
    section = "draft-ietf-oauth-attestation-based-client-auth-10 section 8.2"


class UseFreshAttestation(OAuthError):
    """Good, but from too long ago for us."""

    code = "use_fresh_attestation"
    text = "The client attestation is too old."
    section = "draft-ietf-oauth-attestation-based-client-auth-10 section 8.4"


class UseAttestationChallenge(OAuthError):
    """Without a challenge of ours, or with an old one. `challenge`: a fresh one for the header."""

    code = "use_attestation_challenge"
    text = "The proof of possession needs the challenge of this answer."
    section = "draft-ietf-oauth-attestation-based-client-auth-10 section 8.4"

    def __init__(self, detail: str = "", *, challenge: str = "") -> None:
        super().__init__(detail)
        self.challenge = challenge
