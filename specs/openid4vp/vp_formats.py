"""`vp_formats_supported` for SD-JWT VC (OpenID4VP 1.0 sections 11.1 and B.3.4)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from specs.dcql.query import SD_JWT_VC
from specs.openid4vp.errors import InvalidClientMetadata, VpFormatsNotSupported

CREDENTIAL_ALGORITHMS: Final = "sd-jwt_alg_values"
KEY_BINDING_ALGORITHMS: Final = "kb-jwt_alg_values"
_MAX_ALGORITHMS: Final = 64


def create_vp_formats(
    *, credential_algorithms: Sequence[str], key_binding_algorithms: Sequence[str]
) -> dict[str, Any]:
    """What a verifier can check. ValueError for an empty list, which would say nothing."""
    if not credential_algorithms or not key_binding_algorithms:
        raise ValueError("no algorithms")
    return {
        SD_JWT_VC: {
            CREDENTIAL_ALGORITHMS: list(credential_algorithms),
            KEY_BINDING_ALGORITHMS: list(key_binding_algorithms),
        }
    }


def verify_vp_formats(
    formats: Mapping[str, Any],
    *,
    credential_algorithms: Collection[str],
    key_binding_algorithms: Collection[str],
) -> None:
    """Returns when the verifier can check an SD-JWT VC with one of these algorithms of ours.

    A list that is absent says nothing, and then everything may be sent. Raises VpFormatsNotSupported, and
    InvalidClientMetadata when a list is empty or malformed.
    """
    ours = {CREDENTIAL_ALGORITHMS: credential_algorithms, KEY_BINDING_ALGORITHMS: key_binding_algorithms}
    supported = formats.get(SD_JWT_VC)
    if supported is None:
        raise VpFormatsNotSupported(SD_JWT_VC)
    if not isinstance(supported, Mapping):
        raise InvalidClientMetadata(SD_JWT_VC)
    for name, algorithms in ours.items():
        if name not in supported:
            continue
        if _read(supported[name]).isdisjoint(algorithms):
            raise VpFormatsNotSupported(name)


def _read(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= _MAX_ALGORITHMS:
        raise InvalidClientMetadata("algorithms")
    if not all(isinstance(one, str) for one in value):
        raise InvalidClientMetadata("algorithms")
    return frozenset(value)
