"""Claims of credentials as standard OpenID claims (OpenID Connect Core section 5.1)."""

from collections.abc import Mapping
from typing import Any, Final

from verifier.domain.preset import Preset

STABLE_CLAIM: Final = "personal_administrative_number"
"""What stable subjects are made of; it never leaves the verifier (decisions.md, OpenID Connect)."""


def map_claims(preset: Preset, accepted: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a client may know of a login: nothing that the preset's query does not ask for.

    ``accepted``: claims of the accepted presentation by query id, as its result has them.
    """
    raise NotImplementedError
