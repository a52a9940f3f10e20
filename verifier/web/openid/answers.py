"""What callers of the OpenID provider are told about each error; ``web/answers.py`` takes them over."""

from collections.abc import Callable, Mapping
from typing import Any

from specs.errors import ProtocolError
from trillium.runtime.answers import Answer, answer_for
from verifier import openid_errors

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


OPENID_ANSWERS: Mapping[type[Exception], Entry] = {
    openid_errors.OpenIdError: _told(400, "La connexion ne peut pas se faire."),
    openid_errors.StableClaimMissing: _told(
        500, "Le justificatif n'a pas ce par quoi ce service reconnaît les personnes."
    ),
}
