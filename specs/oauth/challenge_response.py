"""Answers of the challenge endpoint (attestation-based client authentication -10 section 7.1)."""

from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.oauth.client_attestation_errors import InvalidClientAttestation

_MAX_RESPONSE_BYTES: Final = 8192
_MAX_CHALLENGE_LENGTH: Final = 1024


def create_challenge_response(challenge: str) -> dict[str, Any]:
    """The body, which goes out with `Cache-Control: no-store`."""
    return {"attestation_challenge": challenge}


def parse_challenge_response(body: bytes) -> str:
    """The challenge, opaque to the wallet. Raises InvalidClientAttestation."""
    try:
        challenge = parse_json_object(body, max_bytes=_MAX_RESPONSE_BYTES).get("attestation_challenge")
    except EncodingError as error:
        raise InvalidClientAttestation(error.code) from error
    if not isinstance(challenge, str) or not 0 < len(challenge) <= _MAX_CHALLENGE_LENGTH:
        raise InvalidClientAttestation("attestation_challenge")
    return challenge
