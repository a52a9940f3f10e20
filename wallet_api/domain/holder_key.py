"""The key a credential is bound to, as the wallet knows it: the public part, and a way back to the other."""

from dataclasses import dataclass, field

from specs.jose import PublicJwk


@dataclass(frozen=True, slots=True)
class HolderKey:
    """``wrapped``: the private part under the resident's key; empty when a device keeps it to itself."""

    public_jwk: PublicJwk
    wrapped: bytes = field(repr=False)
