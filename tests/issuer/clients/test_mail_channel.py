"""Transaction codes by mail: a real SMTP server on loopback, with and without TLS, kind and unkind."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.clients.mail_channel import MailChannel, SmtpServer, parse_smtp_url
from issuer.domain.resident import Language
from issuer.domain.transaction_code_message import Contact, TransactionCodeMessage
from issuer.errors import TransactionCodeNotSent
from tests.issuer.clients.mail_server import HOST, PASSWORD, USER, RunningMailServer, mail_server
from tests.issuer.surroundings import NOW
from tests.patience import PATIENCE_S
from tests.ports import keep_ports

SENDER = "no-reply@trillium.example"
MAYA = "maya.tremblay@example.org"


def message(language: Language = Language.ENGLISH, **changes: object) -> TransactionCodeMessage:
    made = TransactionCodeMessage(
        code="042137",
        account="Maya Tremblay",
        credentials=("Photo card", "Proof of age"),
        language=language,
        sent_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        contact=Contact(MAYA, language),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # of whatever member


def channel(running: RunningMailServer, server: SmtpServer | None = None, **options: object) -> MailChannel:
    members: dict[str, object] = {"sandbox": False, "ca_file": running.ca_file, "timeout": PATIENCE_S}
    return MailChannel(server or running.server(), SENDER, **(members | options))  # type: ignore[arg-type]


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[RunningMailServer]:
    with mail_server(tmp_path) as running:
        yield running


async def test_the_mail_says_whose_code_it_is_and_until_when(plain: RunningMailServer) -> None:
    await channel(plain).send(message())
    [mail] = plain.taken.mails
    assert plain.taken.envelopes == [(SENDER, [MAYA])]
    assert (mail["From"], mail["To"]) == (SENDER, MAYA)
    assert mail["Subject"] == "Your code for a credential offer"
    assert mail["Date"] == "Sun, 22 Nov 2026 15:00:00 +0000"
    assert mail["Message-ID"].endswith("@trillium.example>")
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "en-CA")
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "This code is for the account of Maya Tremblay." in text
    assert "042137" in text.splitlines()
    assert "It ends on November 22, 2026 at 10:30\u202fa.m." in text
    assert "The offer is for: Photo card, Proof of age." in text
    assert "Enter it only if this account is yours" in text
    assert "fictional" not in text


async def test_the_mail_is_in_the_language_of_its_reader(plain: RunningMailServer) -> None:
    await channel(plain).send(message(Language.FRENCH, account="Maëlle Côté", credentials=("Carte-photo",)))
    [mail] = plain.taken.mails
    assert mail["Subject"] == "Votre code pour une offre de justificatifs"
    assert mail["Content-Language"] == "fr-CA"
    text = mail.get_content()
    assert "Ce code est pour le compte de Maëlle Côté." in text
    assert "L’offre porte sur\u00a0: Carte-photo." in text
    assert "Il prend fin le 22 novembre 2026 à 10 h 30." in text
    assert "042137" in text


@pytest.mark.parametrize("language", list(Language))
async def test_the_link_never_travels_with_the_code(plain: RunningMailServer, language: Language) -> None:
    """OpenID4VCI section 13.6: another channel. And no code where a locked screen shows it."""
    await channel(plain).send(message(language))
    [mail] = plain.taken.mails
    everything = mail.as_bytes().decode("utf-8", errors="replace") + mail.get_content()
    for piece in ("://", "http", "openid", "offer?", "www."):
        assert piece not in everything
    assert "042137" not in "".join(f"{name}{value}" for name, value in mail.items())


async def test_the_sandbox_says_that_it_is_one(plain: RunningMailServer) -> None:
    for language in Language:
        await channel(plain, sandbox=True).send(message(language))
    english, french = (mail.get_content() for mail in plain.taken.mails)
    assert "This is a demonstration with fictional residents." in english
    assert "Ceci est une démonstration avec des personnes fictives." in french


async def test_a_name_cannot_write_lines_of_its_own(plain: RunningMailServer) -> None:
    hostile = "Maya\r\n\r\nYour code is 000000\x1b[2J\u202e"
    await channel(plain).send(message(account=hostile))
    text = plain.taken.mails[0].get_content()
    assert "account of MayaYour code is 000000[2J." in text


# The library that is the server does not know that TLS from the start is TLS.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "smtps"])
async def test_tls_and_login(tmp_path: Path, tls: str) -> None:
    with mail_server(tmp_path, tls=tls, login=True) as running:
        await channel(running, running.server(user=USER, password=PASSWORD)).send(message())
        assert running.taken.encrypted == [True]
        assert running.taken.logins == [(USER, PASSWORD)]


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
async def test_a_server_that_cannot_prove_its_name_gets_nothing(tmp_path: Path, tls: str) -> None:
    with mail_server(tmp_path, tls=tls, certified_for="mail.example") as running:
        with pytest.raises(TransactionCodeNotSent):
            await channel(running).send(message())
        with pytest.raises(TransactionCodeNotSent):
            await channel(running, ca_file=None).send(message())
        assert not running.taken.mails


async def test_another_machine_without_tls_gets_nothing(plain: RunningMailServer) -> None:
    """The server is loopback; its name is not one of those that say so, which is what is looked at."""
    far = plain.server(host="127.0.0.1.")
    assert not far.is_loopback
    with pytest.raises(TransactionCodeNotSent):
        await channel(plain, replace(far, host="127.1")).send(message())
    assert not plain.taken.mails
    await channel(plain, replace(far, host="127.1"), plain_allowed=True).send(message())
    assert len(plain.taken.mails) == 1


async def test_a_wrong_password(tmp_path: Path) -> None:
    with mail_server(tmp_path, tls="starttls", login=True) as running:
        with pytest.raises(TransactionCodeNotSent) as told:
            await channel(running, running.server(user=USER, password="wrong")).send(message())
        assert told.value.detail == "SMTPAuthenticationError"
        assert not running.taken.mails


@pytest.mark.parametrize(
    ("member", "answer"),
    [
        ("recipient_answer", f"550 {MAYA} is unknown here"),
        ("recipient_answer", "450 later"),
        ("answer", f"554 no mail for {MAYA} with 042137"),
        ("answer", "451 later"),
    ],
)
async def test_a_refusal_is_told_without_what_the_server_said(
    plain: RunningMailServer, member: str, answer: str
) -> None:
    setattr(plain.taken, member, answer)
    with pytest.raises(TransactionCodeNotSent) as told:
        await channel(plain).send(message())
    error = told.value
    assert error.detail in {"SMTPRecipientsRefused", "SMTPDataError"}
    assert error.__suppress_context__
    for secret in (MAYA, "042137"):
        assert secret not in f"{error.detail} {error.text} {error}"


async def test_nobody_answers() -> None:
    [port] = keep_ports(1)
    closed = MailChannel(SmtpServer(HOST, port, False, "", ""), SENDER, sandbox=False)
    with pytest.raises(TransactionCodeNotSent):
        await closed.send(message())


@pytest.mark.parametrize("tls_from_the_start", [False, True])
async def test_a_server_that_says_nothing(tls_from_the_start: bool) -> None:  # a parameter
    with socket.create_server((HOST, 0)) as silent:
        server = SmtpServer(HOST, silent.getsockname()[1], tls_from_the_start, "", "")
        with pytest.raises(TransactionCodeNotSent):
            await MailChannel(server, SENDER, sandbox=False, timeout=0.2).send(message())


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, False, "", "")),
        ("smtps://mail.example", SmtpServer("mail.example", 465, True, "", "")),
        ("smtp://localhost:2525/", SmtpServer("localhost", 2525, False, "", "")),
        ("smtps://u%40x:p%3Aw%2F@[::1]:465", SmtpServer("::1", 465, True, "u@x", "p:w/")),
    ],
)
def test_a_url_says_where_and_how(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server
    assert "p:w/" not in repr(parse_smtp_url(url))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:0x1",
        "smtp://mail.example:99999",
        "smtp://user@mail.example",
        "smtp://:secret@mail.example",
        "smtp://user:secret@mail.example/inbox",
        "smtp://user:secret@mail.example?tls=no",
    ],
)
def test_a_url_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP URL") as told:
        parse_smtp_url(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "maya",
        "@example.org",
        "maya@",
        "maya@example",
        "maya@example.org\r\nBcc: x@example.org",
        "maya@example.org, x@example.org",
        "Maya <maya@example.org>",
        "ma ya@example.org",
        ".maya@example.org",
        "maya@-example.org",
        "maya@example.org\x00",
        "é@example.org",
        f"{'m' * 65}@example.org",
        f"m@{'e' * 250}.org",
    ],
)
def test_what_is_no_plain_address_is_written_to_by_nobody(address: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        Contact(address, Language.ENGLISH)
    with pytest.raises(ValueError, match="not a mail address"):
        MailChannel(SmtpServer(HOST, 25, False, "", ""), address, sandbox=False)


def test_what_is_about_to_be_sent_does_not_print() -> None:
    shown = repr(message())
    for secret in ("042137", "Maya", MAYA):
        assert secret not in shown


async def test_a_mail_without_an_address_is_our_own_mistake(plain: RunningMailServer) -> None:
    with pytest.raises(ValueError, match="address"):
        await channel(plain).send(message(contact=None))
