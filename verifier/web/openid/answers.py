"""What callers of the OpenID provider are told about each error; ``web/answers.py`` takes them over."""

from collections.abc import Callable, Mapping
from typing import Any

from specs.errors import ProtocolError
from specs.oauth import InvalidClient, OAuthError, ResourceError, create_challenge
from trillium.runtime.answers import Answer, answer_for
from verifier import openid_errors

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


def _challenged(french: str) -> Callable[[OAuthError], Answer]:
    """RFC 6750 section 3: a refusal of a token says how tokens are shown."""

    def answer(error: OAuthError) -> Answer:
        return answer_for(type(error), 401, french, {"WWW-Authenticate": create_challenge(error)})

    return answer


OPENID_ANSWERS: Mapping[type[Exception], Entry] = {
    InvalidClient: _told(401, "Le client n'est pas reconnu."),
    ResourceError: _challenged("Le jeton d'accès est absent ou n'est pas valide."),
    openid_errors.OpenIdError: _told(400, "La connexion ne peut pas se faire."),
    openid_errors.PresetForSignInOnly: _told(
        400,
        "Ce préréglage reconnaît les personnes. Il sert à ouvrir une session avec OpenID Connect, et non ici.",
    ),
    openid_errors.StableClaimMissing: _told(
        500, "Le justificatif n'a pas ce par quoi ce service reconnaît les personnes."
    ),
}
