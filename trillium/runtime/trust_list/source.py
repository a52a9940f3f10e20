"""The trust list in use: read at start, read again while the server runs, and nothing is trusted without it.

A new list takes over when it is signed by the operator, is the same list, and is newer than any that was seen
here, in this process or before it. Whatever is wrong with it is told, and the one before stays in use until
its own end; after that nobody is trusted and nobody is called untrusted: ``current`` raises.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from keys.certificates import is_sandbox_anchor
from specs.jose import PublicJwk
from trillium.runtime.trust_list.cache import ListMemory
from trillium.runtime.trust_list.document import TrustList, TrustNow
from trillium.runtime.trust_list.errors import (
    ChangedTrustList,
    NoTrustList,
    OlderTrustList,
    OtherTrustList,
    SandboxTrustList,
    TrustListError,
)
from trillium.runtime.trust_list.places import FileOfList, ListPlace
from trillium.runtime.trust_list.token import recall_trust_list, verify_trust_list

log: Final = structlog.get_logger()


class TrustListSource:
    """``keys``: the operator's. ``allow_sandbox``: whether development authorities may stand in the list."""

    def __init__(
        self, place: ListPlace, keys: Sequence[PublicJwk], memory: ListMemory, *, allow_sandbox: bool
    ) -> None:
        self._place = place
        self._keys = tuple(keys)
        self._memory = memory
        self._allow_sandbox = allow_sandbox
        self._list: TrustList | None = None
        self._token = ""
        self._now: TrustNow | None = None
        self._failure: TrustListError | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is an operator whose list could count."""
        return bool(self._keys)

    @property
    def every(self) -> float:
        """Seconds between two refreshes."""
        return self._place.every

    @property
    def held(self) -> TrustList | None:
        """The newest list that was accepted, even when its time is over."""
        return self._list

    @property
    def token(self) -> str:
        """The same as it was signed; empty when there is none."""
        return self._token

    @property
    def failure(self) -> TrustListError | None:
        """Why the last look brought nothing."""
        return self._failure

    def current(self, now: datetime) -> TrustNow:
        """Whom the list trusts now; the same object until that changes.

        Raises NoTrustList when there is none, StaleTrustList when its time is over.
        """
        if self._now is None or not self._now.holds_at(now):
            if self._list is None:
                raise NoTrustList(self._failure.code if self._failure else "not read yet")
            self._now = self._list.at(now)
        return self._now

    def open(self, now: datetime) -> None:
        """What can be had without waiting: the list that is remembered, and the one in a file."""
        self._recall()
        if isinstance(self._place, FileOfList):
            try:
                self._take(self._place.read(), now)
            except TrustListError as error:
                self._note(error)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._place.close()

    async def refresh(self, now: datetime) -> None:
        """Looks for a newer list. Never raises for trouble with it: ``failure`` says what there was."""
        try:
            self._take(await self._place.fetch(), now)
        except TrustListError as error:
            self._note(error)

    def _take(self, token: bytes | None, now: datetime) -> None:
        if token is not None:
            try:
                self._accept(token, now)
            except TrustListError:
                # What is wrong may be over when it is read again, as a date that has not come yet.
                self._place.forget()
                raise
        if self._failure is not None:
            log.info("trust_list_in_order_again")
        self._failure = None

    def _accept(self, token: bytes, now: datetime) -> None:
        new = verify_trust_list(token, self._keys, now=now)
        self._refuse_sandbox(new)
        # Another process of ours may have seen a newer one in the meantime.
        self._recall()
        held = self._list
        if held is not None:
            if new.id != held.id:
                raise OtherTrustList(f"{new.id}, not {held.id}")
            if new.version < held.version:
                raise OlderTrustList(f"version {new.version} after {held.version}")
            if new.version == held.version:
                if new != held:
                    raise ChangedTrustList(f"version {new.version}")
                return
        self._memory.keep(token)
        self._hold(new, token)

    def _recall(self) -> None:
        token = self._memory.read()
        if token is None:
            return
        try:
            remembered = recall_trust_list(token, self._keys)
            self._refuse_sandbox(remembered)
        except TrustListError as error:
            # Signed with a key that is not configured any more, or damaged: it says nothing.
            log.warning("trust_list_cache_ignored", error=error.code)
            return
        if self._list is None or remembered.version > self._list.version:
            self._hold(remembered, token)

    def _refuse_sandbox(self, trust_list: TrustList) -> None:
        if not self._allow_sandbox and any(is_sandbox_anchor(one) for one in trust_list.certificates()):
            raise SandboxTrustList(f"version {trust_list.version}")

    def _hold(self, trust_list: TrustList, token: bytes) -> None:
        self._list, self._token, self._now = trust_list, token.strip().decode("ascii"), None
        log.info("trust_list_in_use", version=trust_list.version, count=len(trust_list.issuers))

    def _note(self, error: TrustListError) -> None:
        """In the log once for each kind of trouble, however often it is looked at."""
        if self._failure is None or self._failure.code != error.code:
            log.error("trust_list_not_renewed", error=error.code, detail=error.detail)
        self._failure = error
