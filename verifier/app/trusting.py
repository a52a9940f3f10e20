"""Whom the verifier trusts: read from the settings, refused in production where it is for demonstration."""

from collections.abc import Iterable

from keys.certificates import is_sandbox_anchor
from trillium.runtime.settings import Check, Refusal
from verifier.clients.operator_files import read_trust
from verifier.domain.trust import Trust
from verifier.settings import Settings


def open_trust(settings: Settings) -> Trust:
    """The trust of the settings; without a file nobody is trusted."""
    return read_trust(settings.trust_file) if settings.trust_file else Trust(())


def check_trust(settings: Settings, trust: Trust) -> Check:
    """Production trusts no development authority."""

    def check() -> Iterable[Refusal]:
        anchors = (anchor for issuer in trust.issuers for anchor in issuer.anchors.certificates)
        if any(is_sandbox_anchor(anchor) for anchor in anchors):
            yield Refusal(settings.setting_name("trust_file"), "must not name a sandbox authority")

    return check
