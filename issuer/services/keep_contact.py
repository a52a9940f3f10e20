"""Where a resident wants to be written to, as the back office was told."""

from dataclasses import dataclass

from issuer.domain.event import SubjectRef
from issuer.domain.transaction_code_message import is_mail_address
from issuer.errors import NotAMailAddress, RegisterIsElsewhere, UnknownSubject
from issuer.ports import ContactRegister, SubjectDirectory


@dataclass(frozen=True, slots=True)
class KeepContact:
    """``contacts`` None: addresses are kept by a ministry, or nowhere."""

    directory: SubjectDirectory
    contacts: ContactRegister | None

    async def __call__(self, subject_ref: SubjectRef, mail_address: str | None) -> None:
        """Keeps the address of a person of the register; ``None`` forgets it.

        Raises:
            RegisterIsElsewhere: nothing is kept here.
            NotAMailAddress: not one plain address.
            UnknownSubject: no such person; a child or a business is reached through the person it belongs to.
        """
        if self.contacts is None:
            raise RegisterIsElsewhere
        if mail_address is not None and not is_mail_address(mail_address):
            raise NotAMailAddress
        if await self.directory.get(subject_ref) is None:
            raise UnknownSubject
        await self.contacts.put_contact(subject_ref, mail_address)
