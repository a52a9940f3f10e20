"""``ports.TransactionCodeChannel`` for a laptop: on the terminal of whoever runs the server."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issuer.clients.transaction_code_text import render_subject, render_text
from issuer.domain.transaction_code_message import TransactionCodeMessage
from issuer.errors import TransactionCodeNotSent

CONTROLLING_TERMINAL: Final = Path("/dev/tty")


@dataclass(frozen=True, slots=True)
class TerminalChannel:
    """Writes to the terminal itself and never to standard output or error, which end up in logs."""

    terminal: Path = CONTROLLING_TERMINAL
    needs_address: bool = False

    async def send(self, message: TransactionCodeMessage) -> None:
        """Raises TransactionCodeNotSent where there is no terminal: a service, a container."""
        text = f"\n--- {render_subject(message)} ---\n\n{render_text(message, sandbox=True)}---\n"
        try:
            await asyncio.to_thread(self._write, text)
        except OSError as error:
            raise TransactionCodeNotSent("no terminal") from error

    def _write(self, text: str) -> None:
        # Unbuffered and without "create": what is no terminal must not become a file with codes in it.
        with self.terminal.open("rb+", buffering=0) as terminal:
            if not terminal.isatty():
                raise OSError("not a terminal")
            terminal.write(text.encode())
