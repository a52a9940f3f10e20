"""Texts of the register as they are issued."""

import unicodedata


def normal_text(text: str | None) -> str | None:
    """In normal form C, whoever wrote it: the same name must give the same claim. Empty is unknown."""
    return unicodedata.normalize("NFC", text) if text else None
