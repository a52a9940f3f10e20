"""Key custody: who may sign what, and nobody sees a private key. No HTTP, no database.

An app opens its ring by URI, says at start which keys it wants, and asks for a signer each time it signs::

    ring = open_key_ring("file:var/keys/issuer", sandbox=True, now=now)
    ring.ensure({KeyPurpose.CREDENTIAL: KeySpec(("localhost",), (issuer_url,), certificate=True)}, now)
    token = prepared.attach(await ring.signer_for(KeyPurpose.CREDENTIAL, now).sign(prepared.data))
"""

from keys.custody import KeyRing
from keys.key_entry import KeyEntry, KeySpec, KeyState
from keys.providers import open_key_ring
from keys.purposes import KeyKind, KeyPurpose
from keys.signer import KeyAgreement, Secret, Signer

__all__ = [
    "KeyAgreement",
    "KeyEntry",
    "KeyKind",
    "KeyPurpose",
    "KeyRing",
    "KeySpec",
    "KeyState",
    "Secret",
    "Signer",
    "open_key_ring",
]
