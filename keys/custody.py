"""The ring in use: the rules of `key_ring`, a provider's keys, and a store that other processes share."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from keys import key_ring, provisioning
from keys.certificate_chains import anchors_pem, decode_anchors, verify_brought_chain
from keys.certificates import is_sandbox_anchor
from keys.errors import WrongEnvironment
from keys.jwks import create_encryption_jwks, create_jwks
from keys.key_entry import KeyEntry, KeyState
from keys.key_ring import RingState, require_kind
from keys.manifest import RingStore
from keys.opened_keys import OpenedKeys, open_keys
from keys.provider import KeyProvider
from keys.provisioning import Wanted
from keys.purposes import RULES, KeyKind, KeyPurpose
from keys.signer import KeyAgreement, Secret, Signer
from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk
from specs.jose.x5c import TrustAnchors, parse_x5c, trust_anchors


class KeyRing:
    """Who may sign what. Made by `open_key_ring`.

    Reads never touch the disk. `refresh` sees what an operator or another process changed; call it every 5 s.
    What changes the ring does so under its lock, on what is stored at that moment.
    """

    def __init__(self, provider: KeyProvider, store: RingStore, *, sandbox: bool) -> None:
        self._provider = provider
        self._store = store
        self._sandbox = sandbox
        self._opened = OpenedKeys(RingState(sandbox))

    @classmethod
    def open(cls, provider: KeyProvider, store: RingStore, *, sandbox: bool, now: datetime) -> "KeyRing":
        """The ring as it is stored; an empty one before the first start.

        `sandbox`: may development authorities be used? WrongEnvironment when the ring was made for the other
        answer. Any error of the store or of a key that is in use.
        """
        ring = cls(provider, store, sandbox=sandbox)
        state = store.read()
        if state is not None:
            ring._adopt(state, now)
        return ring

    @property
    def state(self) -> RingState:
        """What the ring knows without its keys; immutable."""
        return self._opened.state

    def refresh(self, now: datetime) -> bool:
        """True when the ring had changed. One `stat` otherwise. On an error the ring stays as it was."""
        if not self._store.has_changed():
            return False
        state = self._store.read()
        if state is None:
            return False
        self._adopt(state, now)
        return True

    # Using keys.

    def signer_for(self, purpose: KeyPurpose, now: datetime, *, algorithm: Algorithm | None = None) -> Signer:
        """Who signs for a purpose. `algorithm`: where the app keeps keys for several, ES256 by default.

        NoActiveKey, CertificateMissing, CertificateExpired, CertificateNotYetValid.
        """
        opened = self._opened
        return opened.signer(opened.state.signing_entry(purpose, now, algorithm))

    def signer_for_key(self, key_id: str, *, purpose: KeyPurpose, now: datetime) -> Signer:
        """This very key; a list-only key for STATUS_LIST only. UnknownKey, KeyNotUsable, Certificate…."""
        opened = self._opened
        return opened.signer(opened.state.signing_entry_of_key(key_id, purpose, now))

    def signer_for_list(self, key_id: str, now: datetime) -> Signer:
        """The signer of the lists that belong to a credential key."""
        return self.signer_for_key(key_id, purpose=KeyPurpose.STATUS_LIST, now=now)

    def agreement_for(self, purpose: KeyPurpose, now: datetime) -> KeyAgreement:
        """The key that others should encrypt to now. NoActiveKey."""
        require_kind(purpose, KeyKind.AGREEMENT)
        return self.agreement_for_key(self._opened.state.active(purpose).key_id, now)

    def agreement_for_key(self, key_id: str, now: datetime) -> KeyAgreement:
        """The key that something was encrypted to (`kid`), also a replaced one. UnknownKey, KeyNotUsable."""
        opened = self._opened
        return opened.agreement(opened.state.agreement_entry(key_id, now))

    def secret_for(self, purpose: KeyPurpose, version: int | None = None) -> Secret:
        """The active secret, or the version that a row names. NoActiveKey, UnknownKey."""
        opened = self._opened
        found = opened.secrets_in_use.get((purpose, version))
        return opened.secret(opened.state.secret_entry(purpose, version)) if found is None else found

    # Publishing keys.

    def signers_publishable(self, purpose: KeyPurpose, now: datetime) -> tuple[KeyEntry, ...]:
        """Keys that others must know: next, active, list-only, and replaced ones for their retention."""
        return self._opened.state.published(purpose, now)

    def jwks(self, purposes: Collection[KeyPurpose], now: datetime) -> dict[str, Any]:
        """The JWK Set of the publishable keys of some purposes: for signatures, or for encryption.

        ValueError for secrets, and for a mixture of both.
        """
        kinds = {RULES[purpose].kind for purpose in purposes}
        keys = [key for purpose in purposes for key in self._public_keys(purpose, now)]
        if kinds == {KeyKind.AGREEMENT}:
            return create_encryption_jwks(keys)
        if KeyKind.AGREEMENT in kinds:
            raise ValueError("a set is for signatures or for encryption")
        return create_jwks(keys)

    def anchors(self) -> TrustAnchors:
        """The authorities above our own chains."""
        return trust_anchors(decode_anchors(self._opened.state.anchors))

    def anchors_pem(self) -> bytes:
        """The same for the trust settings of other apps; a file ring keeps it as `anchors.pem`."""
        return anchors_pem(self._opened.state.anchors)

    def expiring(self, now: datetime, within: timedelta) -> tuple[KeyEntry, ...]:
        """Keys whose certificate ends soon or has ended: for warnings at start and in the metrics."""
        return self._opened.state.expiring(now, within)

    # Changing the ring.

    def ensure(self, wanted: Wanted, now: datetime) -> tuple[KeyPurpose, ...]:
        """Makes what is missing and renews what is about to end; safe in any number of processes at once.

        In a sandbox everything is usable afterwards. In production a key that needs a certificate stays
        pending until the operator brings one: those purposes are returned.
        """
        due = key_ring.retire_due(self.state, now) is not self.state
        if due or any(True for _ in provisioning.missing_parts(self.state, wanted, now)):
            self._change(lambda state: self._provide(state, wanted, now), now)
        waiting = {
            one.purpose for one in self.state.entries if one.certificate_required and one.chain is None
        }
        return tuple(purpose for purpose in wanted if purpose in waiting)

    def prepare_next(self, purpose: KeyPurpose, now: datetime) -> None:
        """The next key of a purpose, published but not in use. NoActiveKey, NeverRotated."""
        self._change(lambda state: provisioning.prepare_next(state, self._provider, purpose, now), now)

    def rotate(
        self,
        purpose: KeyPurpose,
        now: datetime,
        *,
        lists_until: datetime | None = None,
        without_publication_lead: bool = False,
    ) -> None:
        """The prepared key takes over; see key_ring.rotate for the arguments and errors."""

        def change(state: RingState) -> RingState:
            return key_ring.rotate(
                state,
                purpose,
                now,
                lists_until=lists_until,
                without_publication_lead=without_publication_lead,
            )

        self._change(change, now)

    def retire(self, key_id: str, now: datetime, *, compromised: bool = False) -> None:
        """A key signs nothing any more. `compromised`: nor is it published."""
        self._change(lambda state: key_ring.retire(state, key_id, now, compromised=compromised), now)

    def destroy(self, key_id: str, now: datetime) -> None:
        """Deletes the private part of a retired key. StillPublished, TransitionRefused."""
        self._change(lambda state: key_ring.destroy(state, key_id, now), now)

    def certificate_request(self, key_id: str) -> bytes:
        """PKCS #10 in PEM, for the authority of a production deployment."""
        return provisioning.certificate_request(self._provider, self.state.entry(key_id))

    def install_certificate(self, key_id: str, pem: bytes, anchors: TrustAnchors, now: datetime) -> None:
        """The chain an authority issued (PEM, leaf first). See verify_brought_chain for what it must satisfy.

        The key then waits for `rotate`, or for the next start when the purpose has no active key.
        """

        def change(state: RingState) -> RingState:
            entry = state.entry(key_id)
            chain, anchor = verify_brought_chain(pem, anchors, entry, sandbox=state.sandbox, now=now)
            known = state.anchors if anchor in state.anchors else (*state.anchors, anchor)
            return replace(state.with_entries(replace(entry, chain=chain)), anchors=known)

        self._change(change, now)

    def _provide(self, state: RingState, wanted: Wanted, now: datetime) -> RingState:
        state = key_ring.retire_due(state, now)
        for part in tuple(provisioning.missing_parts(state, wanted, now)):
            state = provisioning.provide(state, self._provider, part, now)
        return state

    def _change(self, change: Callable[[RingState], RingState], now: datetime) -> None:
        with self._store.exclusive():
            state = self._store.read()
            if state is None:
                # Before the first key: keys without a manifest are a loss, and refused as such.
                state = RingState(self._sandbox)
                self._store.write(state)
            self._require_environment(state)
            changed = change(state)
            if changed is not state:
                self._store.write(changed)
            self._adopt(changed, now)
            for entry in changed.entries:
                if entry.state is KeyState.DESTROYED and self._provider.holds(entry.key_id):
                    self._provider.destroy(entry.key_id)

    def _adopt(self, state: RingState, now: datetime) -> None:
        self._require_environment(state)
        self._opened = open_keys(state, self._provider, self._opened, now)

    def _require_environment(self, state: RingState) -> None:
        if state.sandbox is not self._sandbox:
            raise WrongEnvironment(
                f"This ring was made for {'a sandbox' if state.sandbox else 'production'}."
            )
        chains = [parse_x5c(one.certificate_chain) for one in state.entries if one.chain]
        held = [*decode_anchors(state.anchors), *(one for chain in chains for one in chain)]
        if not self._sandbox and any(is_sandbox_anchor(one) for one in held):
            raise WrongEnvironment("A certificate in this ring was issued by a development authority.")

    def _public_keys(self, purpose: KeyPurpose, now: datetime) -> list[PublicJwk]:
        entries = self.signers_publishable(purpose, now)
        return [entry.public_jwk for entry in entries if entry.public_jwk is not None]
