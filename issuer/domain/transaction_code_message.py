"""The message that carries a transaction code to a resident, over another channel than the offer's.

OpenID4VCI 1.0 section 4.1.1 (``tx_code``) and its issue 806, offer injection: a criminal gets somebody to
accept an offer that was made for the criminal, or accepts one that was made for somebody else. So the
message names the account, and neither the offer nor its link ever travels with the code.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from issuer.domain.business import Business
from issuer.domain.resident import Language
from issuer.domain.subject import Guardianship, SigningAuthority, Subject

MAX_MAIL_ADDRESS: Final = 254
# RFC 5321 without quoted local parts and address literals, which no register of residents holds.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


class CodeRecipient(StrEnum):
    """Who is told a transaction code: it is never told to both."""

    CLERK = "clerk"
    """The back office, which hands it over in person."""
    RESIDENT = "resident"
    """The person, by the configured channel."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a resident wants to be written to, and in which language."""

    mail_address: str = field(repr=False)
    language: Language

    def __post_init__(self) -> None:
        if not is_mail_address(self.mail_address):
            raise ValueError("not a mail address")


@dataclass(frozen=True, slots=True)
class TransactionCodeMessage:
    """What the person has to be told. Nothing of it is kept or logged."""

    code: str = field(repr=False)
    account: str = field(repr=False)
    """The name of the person (or child, or business) that the offer was made for."""
    credentials: tuple[str, ...]
    """What is offered, by the names that the person knows, in their language."""
    language: Language
    sent_at: datetime
    expires_at: datetime
    contact: Contact | None = field(default=None, repr=False)
    """Where to; a channel that needs no address gets none."""


def language_of_reader(subject: Subject) -> Language:
    """The language of whoever reads a message about this subject: of a child's, the guardian."""
    if isinstance(subject, Guardianship):
        return subject.guardian.language
    if isinstance(subject, SigningAuthority):
        return subject.person.language
    return Language.ENGLISH if isinstance(subject, Business) else subject.language


def is_mail_address(text: str) -> bool:
    """Whether a mail may be sent to it: one plain address, with nothing that could begin another header."""
    local, _, _ = text.partition("@")
    return len(text) <= MAX_MAIL_ADDRESS and len(local) <= 64 and _MAIL_ADDRESS.fullmatch(text) is not None
