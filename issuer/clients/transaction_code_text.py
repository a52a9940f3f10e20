"""What a message with a transaction code says: to a person, in their language, with no link in it."""

from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from issuer.domain.transaction_code_message import TransactionCodeMessage
from trillium.runtime.i18n import ENGLISH_CATALOGUE, Catalogue, Language, read_catalogue

CATALOGUE: Final = Path(__file__).parents[1] / "locales" / "fr" / "LC_MESSAGES" / "issuer.po"
CIVIL_TIME: Final = ZoneInfo("America/Toronto")


def N_(text: str) -> str:  # noqa: N802  # the usual mark of a text that is translated later
    """Marks a text for the catalogue."""
    return text


SUBJECT: Final = N_("Your code for a credential offer")
PARAGRAPHS: Final = (
    N_("This code is for the account of %(account)s."),
    "%(code)s",
    N_("Enter it in the wallet that opened the offer. It ends on %(date)s at %(time)s."),
    N_("The offer is for: %(credentials)s."),
    N_("Enter it only if this account is yours and you asked for this offer. Never tell it to anybody."),
    N_("If you did not ask for anything, do nothing: the code ends by itself."),
)
DEMONSTRATION: Final = N_("This is a demonstration with fictional residents.")


@cache
def _french() -> Catalogue:
    return read_catalogue([CATALOGUE])


def render_subject(message: TransactionCodeMessage) -> str:
    """The subject line: no code and no name, because others may see it on a locked screen."""
    return _catalogue(message).gettext(SUBJECT)


def render_text(message: TransactionCodeMessage, *, sandbox: bool) -> str:
    """The paragraphs, one blank line between them."""
    catalogue = _catalogue(message)
    values = {
        "account": _printable(message.account),
        "code": message.code,
        "credentials": ", ".join(map(_printable, message.credentials)),
        **_end(message),
    }
    texts = (*PARAGRAPHS, DEMONSTRATION) if sandbox else PARAGRAPHS
    return "\n\n".join(catalogue.gettext(text) % values for text in texts) + "\n"


def _catalogue(message: TransactionCodeMessage) -> Catalogue:
    return _french() if message.language.value == Language.FRENCH else ENGLISH_CATALOGUE


def _printable(text: str) -> str:
    """Without what could begin a line of its own or steer a terminal."""
    return "".join(character for character in text if character.isprintable())


def _end(message: TransactionCodeMessage) -> dict[str, str]:
    """By the province's clock."""
    end, locale = message.expires_at.astimezone(CIVIL_TIME), f"{message.language.value}_CA"
    return {"date": format_date(end, "long", locale), "time": format_time(end, "short", locale=locale)}
