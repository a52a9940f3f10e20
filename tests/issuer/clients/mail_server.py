"""A real SMTP server on loopback, with certificates made for the test; what it took is at hand."""

import datetime
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from issuer.clients.mail_channel import SmtpServer
from tests.patience import PATIENCE_S

HOST = "127.0.0.1"
USER, PASSWORD = "trillium", "p@ss:word/%"


@dataclass
class Taken:
    """Handler of aiosmtpd: keeps mails, or answers as it is told."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    answer: str = "250 taken"
    recipient_answer: str = "250 known"

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((str(envelope.mail_from), [str(one) for one in envelope.rcpt_tos]))
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD), handled=False)


@dataclass(frozen=True)
class RunningMailServer:
    """Where it is, and what it took."""

    taken: Taken
    port: int
    tls_from_the_start: bool
    ca_file: Path

    def server(self, *, host: str = HOST, user: str = "", password: str = "") -> SmtpServer:
        return SmtpServer(host, self.port, self.tls_from_the_start, user, password)


@contextmanager
def mail_server(
    folder: Path, *, tls: str = "", login: bool = False, certified_for: str = HOST
) -> Iterator[RunningMailServer]:
    """``tls``: nothing, ``starttls`` or ``smtps``. ``login``: whether a user and a password are required."""
    taken = Taken()
    ca_file, context = certificate(folder, certified_for)
    options: dict[str, Any] = {"hostname": HOST, "port": 0, "ready_timeout": PATIENCE_S}
    if tls == "smtps":
        options["ssl_context"] = context
    elif tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        options |= {
            "authenticator": taken.authenticate,
            "auth_required": True,
            "auth_require_tls": tls == "starttls",
        }
    controller = _OnAnyPort(taken, **options)
    controller.start()
    try:
        yield RunningMailServer(taken, controller.bound_port, tls == "smtps", ca_file)
    finally:
        controller.stop()


class _OnAnyPort(Controller):
    """A controller that takes a free port: its own start probes the port it was told."""

    bound_port = 0

    def _trigger_server(self) -> None:
        self.bound_port = self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for a name or an address; the file a client has to trust, and the server's side."""
    now = datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail under test")])
    alternative: x509.GeneralName
    try:
        alternative = x509.IPAddress(ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = folder / "mail.pem", folder / "mail.key"
    ca_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file, key_file)
    return ca_file, context
