"""What waits between two steps: sealed under the resident's key, for minutes, taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from specs.encoding import b64url_encode
from specs.jose import InvalidSignature, verify_signature
from wallet_api.domain.account import Account
from wallet_api.domain.event import Event
from wallet_api.domain.operation import OPERATION_LIFETIME, Operation, OperationId
from wallet_api.domain.pending import KINDS, Pending, ToSign
from wallet_api.errors import UnknownOperation, WrongSignatures
from wallet_api.ports import Clock, OperationStore, Randomness
from wallet_api.services.vault import Vault

_ID_BYTES = 16

P = TypeVar("P", bound=Pending)


@dataclass(frozen=True, slots=True)
class Operations:
    store: OperationStore
    vault: Vault
    clock: Clock
    randomness: Randomness

    async def put(self, account: Account, pending: Pending, event: Event | None = None) -> OperationId:
        """Keeps a state; the id is the only way back to it."""
        operation_id = OperationId(b64url_encode(self.randomness.token_bytes(_ID_BYTES)))
        now, kind = self.clock.now(), KINDS[type(pending)]
        operation = Operation(
            operation_id=operation_id,
            account_id=account.account_id,
            kind=kind,
            sealed=self.vault.seal_for(
                account, pending.model_dump_json().encode(), _context(operation_id, type(pending))
            ),
            created_at=now,
            expires_at=now + OPERATION_LIFETIME,
        )
        await self.store.put_operation(operation, event)
        return operation_id

    async def peek(self, account: Account, operation_id: OperationId, kind: type[P]) -> P:
        """The state, left in place.

        Raises:
            UnknownOperation: completed, expired, of another kind, or another account's.
        """
        found = await self.store.peek_operation(
            operation_id, account.account_id, KINDS[kind], self.clock.now()
        )
        return self._open(account, found, kind)

    async def take(self, account: Account, operation_id: OperationId, kind: type[P]) -> P:
        """The state, for the first that comes; the same UnknownOperation for all others."""
        found = await self.store.take_operation(
            operation_id, account.account_id, KINDS[kind], self.clock.now()
        )
        return self._open(account, found, kind)

    def _open(self, account: Account, found: Operation | None, kind: type[P]) -> P:
        if found is None:
            raise UnknownOperation
        plain = self.vault.open_for(account, found.sealed, _context(found.operation_id, kind))
        return kind.model_validate_json(plain)


def verify_signatures(waiting: Sequence[ToSign], signatures: Sequence[bytes]) -> None:
    """Returns when there is one good signature for each signing input, in their order.

    Raises:
        WrongSignatures: too few, too many, or one by another key. Nothing has been sent then.
    """
    if len(waiting) != len(signatures):
        raise WrongSignatures(f"{len(signatures)} for {len(waiting)}")
    for one, signature in zip(waiting, signatures, strict=True):
        try:
            verify_signature(one.key.key().public_jwk, signature, one.signing_input().data)
        except InvalidSignature as error:
            raise WrongSignatures(error.code) from error


def _context(operation_id: OperationId, kind: type[Pending]) -> str:
    return f"operation/{KINDS[kind]}/{operation_id}"
