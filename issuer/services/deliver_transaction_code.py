"""A transaction code reaches the resident over another channel, or the clerk when there is none."""

from dataclasses import dataclass

from issuer.domain.event import SubjectRef
from issuer.domain.transaction_code_message import CodeRecipient, Contact, TransactionCodeMessage
from issuer.errors import ResidentNotReachable
from issuer.ports import ContactDirectory, TransactionCodeChannel


@dataclass(frozen=True, slots=True)
class Route:
    """How a code will travel. ``contact``: only where the channel needs one."""

    recipient: CodeRecipient
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class DeliverTransactionCode:
    """``channel`` None: every code goes to the clerk. ``contacts`` None: the register has no addresses."""

    channel: TransactionCodeChannel | None
    contacts: ContactDirectory | None

    async def route(self, subject_ref: SubjectRef, wanted: CodeRecipient | None) -> Route:
        """How to reach the person; asked before anything is made.

        ``wanted`` None: the resident where that is possible, else the clerk.

        Raises:
            ResidentNotReachable: the resident was wanted, and there is no channel or no address.
            issuer.errors.DirectoryUnavailable: the register did not answer.
        """
        if wanted is not CodeRecipient.CLERK:
            reached = await self._to_resident(subject_ref)
            if reached is not None:
                return reached
            if wanted is CodeRecipient.RESIDENT:
                raise ResidentNotReachable
        return Route(CodeRecipient.CLERK)

    async def _to_resident(self, subject_ref: SubjectRef) -> Route | None:
        if self.channel is None:
            return None
        if not self.channel.needs_address:
            return Route(CodeRecipient.RESIDENT)
        contact = None if self.contacts is None else await self.contacts.contact(subject_ref)
        return None if contact is None else Route(CodeRecipient.RESIDENT, contact)

    async def __call__(self, message: TransactionCodeMessage) -> None:
        """Hands the message to the channel.

        Raises:
            issuer.errors.TransactionCodeNotSent: the channel did not take it.
        """
        if self.channel is None:
            raise RuntimeError("no channel was set up")
        await self.channel.send(message)
