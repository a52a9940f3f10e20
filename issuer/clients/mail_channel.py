"""``ports.TransactionCodeChannel`` by mail: SMTP (RFC 5321) over TLS, in a thread."""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from issuer.clients.transaction_code_text import render_subject, render_text
from issuer.domain.transaction_code_message import TransactionCodeMessage, is_mail_address
from issuer.errors import TransactionCodeNotSent

TIMEOUT_S: Final = 10.0
"""For each step of the conversation."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Who carries the mail away. Made by ``parse_smtp_url``."""

    host: str
    port: int
    tls_from_the_start: bool
    user: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether what is said to it stays on this machine."""
        return self.host in LOOPBACK


def parse_smtp_url(url: str) -> SmtpServer:
    """``smtps://`` speaks TLS from the start, ``smtp://`` begins with STARTTLS.

    User and password are percent-encoded. Raises ValueError, which does not repeat the URL: there may be a
    password in it.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("an SMTP URL begins with smtps:// or smtp:// and names a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("an SMTP URL ends after its host and port")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("an SMTP URL has a port between 1 and 65535") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("an SMTP URL has both a user and a password, or neither")
    return SmtpServer(parts.hostname, port, parts.scheme == "smtps", user, password)


@dataclass(frozen=True, slots=True)
class MailChannel:
    """``ca_file``: authorities to trust instead of the usual ones.

    ``plain_allowed``: whether a server that is not on this machine may be spoken to without TLS.
    """

    server: SmtpServer
    sender: str
    sandbox: bool
    ca_file: Path | None = None
    plain_allowed: bool = False
    timeout: float = TIMEOUT_S
    needs_address: bool = True

    def __post_init__(self) -> None:
        if not is_mail_address(self.sender):
            raise ValueError("the sender is not a mail address")

    async def send(self, message: TransactionCodeMessage) -> None:
        """Raises TransactionCodeNotSent unless the server took the message for this very recipient."""
        if message.contact is None:
            raise ValueError("a mail needs an address")
        mail = self.prepare(message)
        try:
            await asyncio.to_thread(self._deliver, mail, message.contact.mail_address)
        except (OSError, smtplib.SMTPException) as error:
            # What the library says quotes the server, which quotes the address: only its kind is kept.
            raise TransactionCodeNotSent(type(error).__name__) from None

    def prepare(self, message: TransactionCodeMessage) -> EmailMessage:
        """The mail, in plain text; it says that a machine wrote it, so that no machine answers."""
        if message.contact is None:
            raise ValueError("a mail needs an address")
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = message.contact.mail_address
        mail["Subject"] = render_subject(message)
        mail["Date"] = format_datetime(message.sent_at)
        # The domain is that of the sender: by default it would be the name of this machine.
        mail["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(render_text(message, sandbox=self.sandbox))
        mail["Content-Language"] = f"{message.language.value}-CA"
        return mail

    def _deliver(self, mail: EmailMessage, recipient: str) -> None:
        with self._connected() as connection:
            connection.ehlo()
            if not self.server.tls_from_the_start:
                self._start_tls(connection)
            if self.server.user:
                connection.login(self.server.user, self.server.password)
            connection.send_message(mail, self.sender, [recipient])

    def _start_tls(self, connection: smtplib.SMTP) -> None:
        """Outside this machine a server without STARTTLS is refused: somebody may have taken it out."""
        if connection.has_extn("starttls"):
            connection.starttls(context=self._context())
            connection.ehlo()
        elif not (self.server.is_loopback or self.plain_allowed):
            raise smtplib.SMTPNotSupportedError("STARTTLS")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        host, port = self.server.host, self.server.port
        connection: smtplib.SMTP
        if self.server.tls_from_the_start:
            connection = smtplib.SMTP_SSL(host, port, timeout=self.timeout, context=self._context())
        else:
            connection = smtplib.SMTP(host, port, timeout=self.timeout)
        try:
            yield connection
        finally:
            self._hang_up(connection)

    def _hang_up(self, connection: smtplib.SMTP) -> None:
        """The message is taken or refused by now; how the conversation ends changes nothing."""
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
