"""Whether the verifier can do its work now."""

from collections.abc import Iterable

from keys import KeyPurpose
from trillium.runtime.readiness import Finding, Level, Readiness
from trillium.runtime.ring_checks import check_ring
from verifier.app.outside import PUBLISHED, SECRETS
from verifier.app.services import Verifier
from verifier.app.trusting import check_trust
from verifier.domain.relying_service import ClientId

NO_CLIENT = ClientId("-")


def build_readiness(verifier: Verifier) -> Readiness:
    """Its database, its keys, and somebody to trust."""

    async def database() -> Iterable[Finding]:
        await verifier.outside.store.find_service(NO_CLIENT)  # no client is called that
        return ()

    async def keys() -> Iterable[Finding]:
        now = verifier.outside.clock.now()
        used = (KeyPurpose.REQUEST_OBJECT, KeyPurpose.ID_TOKEN, *PUBLISHED, *SECRETS)
        return check_ring(verifier.ring.state, used, now)

    async def trust() -> Iterable[Finding]:
        found = list(check_trust(verifier.trust, verifier.outside.clock.now()))
        if found or verifier.presets:
            return found
        text = "No issuer is trusted, or no preset asks for what it issues: nothing can be verified."
        return (Finding("trust", "nothing_to_verify", Level.WARNING, text=text),)

    return Readiness({"database": database, "keys": keys, "trust": trust})
