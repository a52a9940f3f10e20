"""What can go wrong with the custody of keys.

None of these is an answer to a request: whoever asks us to sign learns only that the server failed. They are
written for operators and therefore name files and key ids, which are not secret.
"""

from typing import ClassVar


class CustodyError(Exception):
    """Base. `code`: stable, snake_case. `text`: what is wrong, in a sentence. `detail`: which key or file."""

    code: ClassVar[str] = "custody_error"
    text: ClassVar[str] = "The keys of this server cannot be used."

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.text} {detail}".strip())
        self.detail = detail


class UnknownKey(CustodyError):
    """No key of that id, or no secret of that version."""

    code = "unknown_key"
    text = "There is no such key in the ring."


class NoActiveKey(CustodyError):
    """The purpose has no key that may be used now."""

    code = "no_active_key"
    text = "No key is active for this purpose."


class KeyNotUsable(CustodyError):
    """The key exists, but its state or purpose does not allow what is asked."""

    code = "key_not_usable"
    text = "The key may not be used for this."


class CertificateMissing(CustodyError):
    """The purpose needs a certificate chain and the key has none yet."""

    code = "certificate_missing"
    text = "The key has no certificate yet."


class CertificateExpired(CustodyError):
    """A certificate of the chain has expired: nothing is signed under it."""

    code = "certificate_expired"
    text = "The certificate of the key has expired."


class CertificateNotYetValid(CustodyError):
    """A certificate of the chain begins in the future."""

    code = "certificate_not_yet_valid"
    text = "The certificate of the key is not valid yet."


class CertificateRefused(CustodyError):
    """A chain that was brought does not fit the key, its host names or the ring."""

    code = "certificate_refused"
    text = "The certificate chain does not belong to this key."


class TransitionRefused(CustodyError):
    """A key cannot go from the one state to the other."""

    code = "transition_refused"
    text = "A key in this state cannot take that step."


class NoPendingKey(TransitionRefused):
    """Rotation needs a key that has been prepared before."""

    code = "no_pending_key"
    text = "No next key has been prepared for this purpose."


class PublishedTooShortly(TransitionRefused):
    """Others may not have seen the next key yet."""

    code = "published_too_shortly"
    text = "The next key has not been published for long enough."


class StillPublished(TransitionRefused):
    """Something signed or encrypted with the key may still be in use."""

    code = "still_published"
    text = "The key is still needed to read or check what it made."


class NeverRotated(TransitionRefused):
    """A change of this secret would change what was derived from it for every person."""

    code = "never_rotated"
    text = "This secret is never rotated."


class UnsafePermissions(CustodyError):
    """Others can read or replace a key file."""

    code = "unsafe_permissions"
    text = "A key file is open to others."


class ManifestInvalid(CustodyError):
    """The list of keys on disk is damaged or of a later release."""

    code = "manifest_invalid"
    text = "The manifest of the key ring cannot be read."


class ManifestMissing(CustodyError):
    """The list of keys has disappeared while we were using it."""

    code = "manifest_missing"
    text = "The manifest of the key ring is gone."


class RingBusy(CustodyError):
    """Another process has been changing the ring for too long."""

    code = "ring_busy"
    text = "Another process is changing the key ring."


class PrivateKeyMissing(CustodyError):
    """The manifest lists a key that the provider does not hold."""

    code = "private_key_missing"
    text = "The private part of a key is missing."


class PrivateKeyMismatch(CustodyError):
    """A key file holds something else than the manifest says."""

    code = "private_key_mismatch"
    text = "A key file does not hold the key that the manifest lists."


class WrongEnvironment(CustodyError):
    """A sandbox ring in production, or the reverse: they have no root in common."""

    code = "wrong_environment"
    text = "Sandbox and production keys must not be mixed."


class UnknownProvider(CustodyError):
    """The URI of the ring names no provider that is built in."""

    code = "unknown_provider"
    text = "This kind of key ring is not available."


class UnwrapFailed(CustodyError):
    """Wrapped bytes are damaged, or belong to another secret or another context."""

    code = "unwrap_failed"
    text = "The wrapped secret cannot be opened."
