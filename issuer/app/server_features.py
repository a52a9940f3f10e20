"""What the authorization server announces, from the same settings that decide what it does (4.08)."""

from issuer.settings import Settings
from issuer.web.par import PAR_PATH
from issuer.web.sender import CHALLENGE_PATH
from specs.oauth import ATTESTATION_ALGORITHMS, DPOP_ALGORITHMS
from specs.oauth.server_features import ServerFeatures
from specs.openid4vci import CREDENTIAL_AUTHORIZATION_TYPE

AUTHORIZATION_PATH = "/authorize"


def server_features(settings: Settings) -> ServerFeatures:
    """Without a sign-in there is the pre-authorized code alone, and what may be renewed of it."""
    url, attested = settings.public_url, settings.client_attestation != "off"
    signs_in = settings.residents_sign_in
    return ServerFeatures(
        authorization_endpoint=f"{url}{AUTHORIZATION_PATH}" if signs_in else None,
        pushed_authorization_request_endpoint=f"{url}{PAR_PATH}" if signs_in else None,
        require_pushed_requests=signs_in and settings.require_pushed_requests,
        refresh_tokens=settings.refresh_days > 0,
        authorization_details_types=(CREDENTIAL_AUTHORIZATION_TYPE,),
        dpop_algorithms=DPOP_ALGORITHMS,
        attestation_algorithms=ATTESTATION_ALGORITHMS if attested else (),
        attestation_required=settings.client_attestation == "required",
        challenge_endpoint=f"{url}{CHALLENGE_PATH}" if attested else None,
    )
