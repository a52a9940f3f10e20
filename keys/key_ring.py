"""The rules of the ring: which key signs now, which are still published, how keys replace each other.

Pure: a value and functions of `now`. `keys.custody` adds the private keys and the disk.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from keys.errors import (
    KeyNotUsable,
    ManifestInvalid,
    NeverRotated,
    NoActiveKey,
    NoPendingKey,
    PublishedTooShortly,
    StillPublished,
    UnknownKey,
)
from keys.key_entry import LIVE_STATES, KeyEntry, KeyState, Slot
from keys.purposes import ALIASES, RULES, KeyKind, KeyPurpose
from specs.jose.algorithms import Algorithm


@dataclass(frozen=True, slots=True)
class RingState:
    """All keys of one app at one moment.

    `sandbox`: made with a development authority, or allowed to be; production refuses it. `anchors`: the
    authorities above our own chains (base64 DER), newest last. `authority_key_id`: the key of the development
    authority, None in production.
    """

    sandbox: bool
    entries: tuple[KeyEntry, ...] = ()
    anchors: tuple[str, ...] = ()
    authority_key_id: str | None = None
    _by_id: Mapping[str, KeyEntry] = field(init=False, repr=False, compare=False)
    _active: Mapping[Slot, KeyEntry] = field(init=False, repr=False, compare=False)
    _usual: Mapping[KeyPurpose, KeyEntry] = field(init=False, repr=False, compare=False)
    _secrets: Mapping[tuple[KeyPurpose, int], KeyEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {entry.key_id: entry for entry in self.entries})
        if len(self._by_id) != len(self.entries):
            raise ManifestInvalid("Two keys have one id.")
        _refuse_doubles("version", ((*entry.slot, entry.version) for entry in self.entries))
        for state in (KeyState.PENDING, KeyState.ACTIVE):
            _refuse_doubles(state, (entry.slot for entry in self.entries if entry.state is state))
        active = {entry.slot: entry for entry in self.entries if entry.state is KeyState.ACTIVE}
        object.__setattr__(self, "_active", active)
        # ES256 where there is a choice: it is what everyone in this field reads (HAIP 1.0 section 7).
        usual = {entry.purpose: entry for entry in active.values()}
        usual |= {purpose: entry for (purpose, used), entry in active.items() if used is Algorithm.ES256}
        object.__setattr__(self, "_usual", usual)
        secrets = [entry for entry in self.entries if entry.rules.kind is KeyKind.SECRET]
        kept = {(one.purpose, one.version): one for one in secrets if one.state is not KeyState.DESTROYED}
        object.__setattr__(self, "_secrets", kept)

    def entry(self, key_id: str) -> KeyEntry:
        """UnknownKey for an id that is not in the ring."""
        try:
            return self._by_id[key_id]
        except KeyError:
            raise UnknownKey(key_id) from None

    def of_purpose(self, purpose: KeyPurpose) -> tuple[KeyEntry, ...]:
        """Every key of a purpose, oldest first, the destroyed ones too."""
        return tuple(entry for entry in self.entries if entry.purpose is purpose)

    def active(self, purpose: KeyPurpose, algorithm: Algorithm | None = None) -> KeyEntry:
        """The key in use; of several algorithms ES256 unless one is named. NoActiveKey when there is none."""
        found = self._usual.get(purpose) if algorithm is None else self._active.get((purpose, algorithm))
        if found is None:
            raise NoActiveKey(f"{purpose}{self._why_inactive(purpose)}")
        return found

    def resolve(self, purpose: KeyPurpose) -> KeyPurpose:
        """The purpose whose keys serve this one: an alias holds until a key of its own was first active."""
        alias = ALIASES.get(purpose)
        if alias is None or any(entry.activated_at is not None for entry in self.of_purpose(purpose)):
            return purpose
        return alias

    def signing_entry(
        self, purpose: KeyPurpose, now: datetime, algorithm: Algorithm | None = None
    ) -> KeyEntry:
        """Who signs now. NoActiveKey, CertificateMissing, CertificateExpired, CertificateNotYetValid."""
        require_kind(purpose, KeyKind.SIGNING)
        if purpose in ALIASES:
            purpose = self.resolve(purpose)
        entry = self.active(purpose, algorithm)
        entry.verify_certificate(now)
        return entry

    def signing_entry_of_key(self, key_id: str, purpose: KeyPurpose, now: datetime) -> KeyEntry:
        """This very key, when it may still sign for the purpose; KeyNotUsable otherwise.

        A list belongs to one key. For STATUS_LIST that is a credential key, active or list-only, or a key of
        STATUS_LIST itself; for any other purpose only the active key qualifies.
        """
        require_kind(purpose, KeyKind.SIGNING)
        entry = self.entry(key_id)
        if purpose is KeyPurpose.STATUS_LIST:
            allowed = entry.signs_lists_at(now)
        else:
            allowed = entry.purpose is purpose and entry.state is KeyState.ACTIVE
        if not allowed:
            raise KeyNotUsable(f"{entry.purpose} {key_id} is {entry.state}; asked to sign for {purpose}.")
        entry.verify_certificate(now)
        return entry

    def secret_entry(self, purpose: KeyPurpose, version: int | None = None) -> KeyEntry:
        """The active secret, or one by its version: a retired secret still opens what it made. UnknownKey."""
        require_kind(purpose, KeyKind.SECRET)
        if version is None:
            return self.active(purpose)
        try:
            return self._secrets[purpose, version]
        except KeyError:
            raise UnknownKey(f"{purpose} version {version}.") from None

    def agreement_entry(self, key_id: str, now: datetime) -> KeyEntry:
        """The key that something was encrypted to, for as long as it is published."""
        entry = self.entry(key_id)
        require_kind(entry.purpose, KeyKind.AGREEMENT)
        if not entry.is_published(now):
            raise KeyNotUsable(f"{entry.purpose} {key_id} is {entry.state}.")
        return entry

    def published(self, purpose: KeyPurpose, now: datetime) -> tuple[KeyEntry, ...]:
        """Public keys that others need: next, active, list-only, and replaced ones for their retention.

        For an alias also the keys that stand in for it: lists outlive the change to a key of their own.
        """
        if RULES[purpose].kind is KeyKind.SECRET:
            raise ValueError(f"{purpose} is a secret")
        purposes = (purpose, ALIASES.get(purpose, purpose))
        return tuple(entry for entry in self.entries if entry.purpose in purposes and entry.is_published(now))

    def expiring(self, now: datetime, within: timedelta) -> tuple[KeyEntry, ...]:
        """Keys in use whose chain ends within that time, or has ended; the most urgent first."""
        found = [
            (entry.chain.not_after, entry)
            for entry in self.entries
            if entry.state in LIVE_STATES and entry.chain and entry.chain.not_after - now <= within
        ]
        return tuple(entry for _, entry in sorted(found, key=lambda pair: pair[0]))

    def next_version(self, slot: Slot) -> int:
        """Versions count from 1 and are never given twice."""
        return 1 + max((entry.version for entry in self.entries if entry.slot == slot), default=0)

    def with_entries(self, *changed: KeyEntry) -> "RingState":
        """Entries replaced by id; new ones at the end. Nothing changed: the same ring."""
        if not changed:
            return self
        new = {entry.key_id: entry for entry in changed}
        kept = tuple(new.pop(entry.key_id, entry) for entry in self.entries)
        return replace(self, entries=kept + tuple(new.values()))

    def _why_inactive(self, purpose: KeyPurpose) -> str:
        entries = self.of_purpose(purpose)
        waiting = [entry for entry in entries if entry.state is KeyState.PENDING]
        if any(entry.certificate_required and entry.chain is None for entry in waiting):
            return ": its key waits for a certificate."
        if waiting:
            return ": its key is still pending."
        return ": all its keys are retired." if entries else ": it has never had a key."


def rotate(
    state: RingState,
    purpose: KeyPurpose,
    now: datetime,
    *,
    lists_until: datetime | None = None,
    without_publication_lead: bool = False,
) -> RingState:
    """The pending keys of a purpose become active; those they replace become list-only or retired.

    `lists_until`: when the last credential of a replaced credential key expires; None when unknown, then it
    stays list-only until it is retired by hand. NoPendingKey without a prepared key; PublishedTooShortly
    before others had time to see it (7.07), except with `without_publication_lead` and for the first key.
    """
    rules = RULES[purpose]
    if not rules.rotates:
        raise NeverRotated(purpose)
    pending = [entry for entry in state.of_purpose(purpose) if entry.state is KeyState.PENDING]
    if not pending:
        raise NoPendingKey(purpose)
    changed: list[KeyEntry] = []
    for entry in pending:
        replaced = [one for one in state.of_purpose(purpose) if _is_active_in(one, entry.slot)]
        if replaced and not without_publication_lead and now - entry.created_at < rules.lead:
            raise PublishedTooShortly(
                f"{purpose} {entry.key_id}: wait until {entry.created_at + rules.lead}."
            )
        entry.verify_certificate(now)
        changed += [_replaced(one, now, lists_until) for one in replaced]
        changed.append(entry.to_state(KeyState.ACTIVE, activated_at=now))
    return state.with_entries(*changed)


def retire(state: RingState, key_id: str, now: datetime, *, compromised: bool = False) -> RingState:
    """A key signs nothing more, not even lists. `compromised`: it also leaves the published keys at once."""
    entry = state.entry(key_id)
    until = now if compromised else now + entry.rules.retention
    return state.with_entries(
        entry.to_state(KeyState.RETIRED, replaced_at=entry.replaced_at or now, published_until=until)
    )


def destroy(state: RingState, key_id: str, now: datetime) -> RingState:
    """A retired key that nobody needs any more; StillPublished before its retention has passed."""
    entry = state.entry(key_id)
    destroyed = entry.to_state(KeyState.DESTROYED)
    if entry.is_published(now):
        raise StillPublished(f"{entry.purpose} {key_id} until {entry.published_until}.")
    return state.with_entries(destroyed)


def retire_due(state: RingState, now: datetime) -> RingState:
    """List-only keys whose last credential has expired."""
    due = [
        entry.to_state(KeyState.RETIRED, published_until=now)
        for entry in state.entries
        if entry.state is KeyState.LIST_ONLY and not entry.signs_lists_at(now)
    ]
    return state.with_entries(*due)


def require_kind(purpose: KeyPurpose, kind: KeyKind) -> None:
    """Asking for a signature with a secret, or the like, is a mistake of ours: ValueError."""
    if RULES[purpose].kind is not kind:
        raise ValueError(f"{purpose} is not a {kind.value} key")


def _is_active_in(entry: KeyEntry, slot: Slot) -> bool:
    return entry.state is KeyState.ACTIVE and entry.slot == slot


def _replaced(entry: KeyEntry, now: datetime, lists_until: datetime | None) -> KeyEntry:
    if entry.rules.signs_lists:
        return entry.to_state(KeyState.LIST_ONLY, replaced_at=now, lists_until=lists_until)
    until = now + entry.rules.retention
    return entry.to_state(KeyState.RETIRED, replaced_at=now, published_until=until)


def _refuse_doubles(what: str, values: Iterable[object]) -> None:
    found = list(values)
    if len(set(found)) != len(found):
        raise ManifestInvalid(f"Two keys of one purpose are {what} at once.")
