"""The resident accepts an offer, and the server holds the keys: both steps in one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from specs.errors import ProtocolError
from wallet_api.domain.account import Account
from wallet_api.domain.held_credential import HeldCredential
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import PendingOffer
from wallet_api.errors import IssuerRefused, ServerHeldKeysNotAllowed
from wallet_api.ports import HolderKeys
from wallet_api.services.operations import Operations
from wallet_api.services.receive_credential import PreparedReceiving, ReceiveCredential


@dataclass(frozen=True, slots=True)
class AcceptedOffer:
    """Cards that are in the wallet now, and configurations that the issuer did not hand out, with a code."""

    received: Sequence[HeldCredential]
    refused: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """``may_hold_key``: whether the policy of a type lets the server keep its holder keys."""

    receive: ReceiveCredential
    keys: HolderKeys
    operations: Operations
    may_hold_key: Callable[[str], bool]

    async def __call__(
        self, account: Account, operation_id: OperationId, *, tx_code: str | None, copies: int | None
    ) -> AcceptedOffer:
        """Receives every credential of the offer.

        Raises what ``ReceiveCredential`` raises when nothing at all was received, and:
            ServerHeldKeysNotAllowed: a type that needs a key on the resident's device.
        """
        offer = await self.operations.peek(account, operation_id, PendingOffer)
        if not all(self.may_hold_key(one.vct) for one in offer.credentials):
            raise ServerHeldKeysNotAllowed
        prepared = await self.receive.prepare(
            account,
            operation_id,
            tx_code=tx_code,
            copies=copies,
            new_keys=lambda count: self.keys.create(account, count),
        )
        received: list[HeldCredential] = []
        failures: list[tuple[str, ProtocolError]] = []
        for one in prepared:
            try:
                received.append(await self._complete(account, one))
            except ProtocolError as error:
                failures.append((one.configuration_id, error))
        if not received:
            raise failures[0][1]
        return AcceptedOffer(received, [(name, _code_of(error)) for name, error in failures])

    async def _complete(self, account: Account, prepared: PreparedReceiving) -> HeldCredential:
        while True:  # at most once more: a PreparedReceiving counts its retries
            signatures = [
                await self.keys.sign(account, one.key.key().wrapped, one.signing_input().data)
                for one in prepared.waiting
            ]
            result = await self.receive.complete(account, prepared.operation_id, signatures)
            if isinstance(result, HeldCredential):
                return result
            prepared = result


def _code_of(error: ProtocolError) -> str:
    return error.code_to_show if isinstance(error, IssuerRefused) else error.code
