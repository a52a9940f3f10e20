"""The subject that a client knows a person by (7.08, 7.09): keyed, per sector, never a claim itself."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from specs.openid_connect import ephemeral_subject, subject_from_mac, subject_input
from verifier.domain.needs import STABLE_SUBJECT_CLAIM
from verifier.domain.openid.claims import stable_query
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.preset import Preset, SubjectMode
from verifier.openid_errors import StableClaimMissing

SUBJECT_RANDOM_BYTES: Final = 32
# What may be recognised, from nothing to most.
_ORDER: Final = (SubjectMode.EPHEMERAL, SubjectMode.PER_PRESET, SubjectMode.STABLE)


class SubjectSecret(Protocol):
    """A version of the secret PAIRWISE_SUBJECT (``keys.Secret`` is one)."""

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA-256."""


def subject_mode_of(client: RegisteredClient, preset: Preset) -> SubjectMode:
    """What this client may recognise a person by: the less of what it and the preset allow (7.09).

    Ephemeral wherever the query asks for nothing to recognise anybody by.
    """
    if stable_query(preset) is None:
        return SubjectMode.EPHEMERAL
    return min(client.openid.subject_mode, preset.subject_mode, key=_ORDER.index)


def subject_of(
    client: RegisteredClient,
    preset: Preset,
    claims: Mapping[str, Mapping[str, Any]],
    credential_issuer: str,
    *,
    secret: SubjectSecret,
    random: bytes,
) -> str:
    """The subject of one login. ``claims``: by query id, as the result has them.

    ``credential_issuer``: of the credential that answers ``stable_query(preset)``; the same claim from
    another issuer is another person (5.33). ``random``: ``SUBJECT_RANDOM_BYTES`` fresh ones.

    Raises:
        StableClaimMissing: the person is to be recognised, and the credential has nothing to do that by.
    """
    mode = subject_mode_of(client, preset)
    if mode is SubjectMode.EPHEMERAL:
        return ephemeral_subject(random)
    stable = claims.get(stable_query(preset) or "", {}).get(STABLE_SUBJECT_CLAIM)
    if not isinstance(stable, str) or not stable or not credential_issuer:
        raise StableClaimMissing
    per_preset = preset.id if mode is SubjectMode.PER_PRESET else None
    keyed = secret.mac(subject_input(client.openid.sector, credential_issuer, stable, per_preset))
    return subject_from_mac(keyed)
