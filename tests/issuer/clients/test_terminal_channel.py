"""Transaction codes on the terminal of a laptop: a real pseudo-terminal, and what is none."""

import os
import pty
from dataclasses import replace
from pathlib import Path

import pytest

from issuer.clients.terminal_channel import TerminalChannel
from issuer.domain.resident import Language
from issuer.errors import TransactionCodeNotSent
from tests.issuer.clients.test_mail_channel import message


async def test_the_message_appears_on_the_terminal_and_nowhere_else(
    capfd: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = pty.openpty()
    try:
        await TerminalChannel(Path(os.ttyname(theirs))).send(message(Language.FRENCH))
        shown = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "042137" in shown
    assert "Ce code est pour le compte de Maya Tremblay." in shown
    assert "http" not in shown
    assert capfd.readouterr() == ("", "")


async def test_no_terminal_no_offer(tmp_path: Path) -> None:
    file = tmp_path / "log"
    for place in (file, tmp_path, tmp_path / "nowhere" / "tty"):
        with pytest.raises(TransactionCodeNotSent):
            await TerminalChannel(place).send(message())
    assert not file.exists()
    file.write_text("")
    with pytest.raises(TransactionCodeNotSent):
        await TerminalChannel(file).send(message())
    assert file.read_text() == "", "a file is no terminal: nothing is written to it"


async def test_a_name_cannot_steer_the_terminal() -> None:
    ours, theirs = pty.openpty()
    try:
        hostile = replace(message(), account="Maya\x1b]0;title\x07\x9b2J")
        await TerminalChannel(Path(os.ttyname(theirs))).send(hostile)
        shown = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)


def test_the_terminal_needs_no_address() -> None:
    assert not TerminalChannel().needs_address
