"""What callers of the OpenID provider are told about each error; ``web/answers.py`` takes them over."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from specs.errors import ProtocolError
from specs.oauth import InvalidClient, OAuthError, ResourceError, create_challenge
from trillium.runtime.answers import Answer, answer_for
from verifier import openid_errors
from verifier.domain.openid.registration import RegistrationProblem

Entry = Answer | Callable[[Any], Answer]


def _told(status: int, french: str) -> Callable[[ProtocolError], Answer]:
    """The answer of a family: each error keeps its own code and text."""
    return lambda error: answer_for(type(error), status, french)


def _challenged(french: str) -> Callable[[OAuthError], Answer]:
    """RFC 6750 section 3: a refusal of a token says how tokens are shown."""

    def answer(error: OAuthError) -> Answer:
        return answer_for(type(error), 401, french, {"WWW-Authenticate": create_challenge(error)})

    return answer


def _registration(error: openid_errors.RegistrationRefused) -> Answer:
    """Everything that is wrong, each with its place and what to do instead."""
    problems: Sequence[RegistrationProblem] = error.problems
    english = " ".join([error.text, *(f"{_plain(one.place)}: {one.text.english}" for one in problems)])
    french = " ".join([_REFUSED_FR, *(f"{one.place} : {one.text.french}" for one in problems)])
    redirect = any(one.is_redirect for one in problems)
    code = "invalid_redirect_uri" if redirect else error.code
    return Answer(400, code, english.replace('"', "'"), french)


def _plain(place: str) -> str:
    """What an error description may consist of (RFC 6749 section 5.2)."""
    return "".join(one if " " <= one <= "~" and one not in '"\\' else "?" for one in place)


_REFUSED_FR = "Le client ne peut pas être inscrit ainsi."

OPENID_ANSWERS: Mapping[type[Exception], Entry] = {
    InvalidClient: _told(401, "Le client n'est pas reconnu."),
    ResourceError: _challenged("Le jeton d'accès est absent ou n'est pas valide."),
    openid_errors.OpenIdError: _told(400, "La connexion ne peut pas se faire."),
    openid_errors.PresetForSignInOnly: _told(
        400,
        "Ce préréglage reconnaît les personnes. Il sert à se connecter avec OpenID Connect, et non ici.",
    ),
    openid_errors.StableClaimMissing: _told(
        500, "Le justificatif n'a pas ce par quoi ce service reconnaît les personnes."
    ),
    # signing in
    openid_errors.RedirectUriNotRegistered: _told(
        400,
        "Le service qui vous a envoyé ici a donné une adresse qui n'est pas inscrite. Rien n'y a été envoyé.",
    ),
    openid_errors.PushedLoginGone: _told(
        400,
        "Cette connexion a déjà été ouverte, ou son temps est écoulé. Retournez au service et recommencez.",
    ),
    openid_errors.LoginOver: _told(
        409,
        "Vous êtes déjà reparti d'ici. Si le service ne vous connaît pas encore, recommencez là-bas.",
    ),
    openid_errors.LoginWaiting: _told(
        409, "Il n'y a pas encore de suite. Rouvrez la page et suivez ce qu'elle indique."
    ),
    # signing out
    openid_errors.LogoutAddressNotRegistered: _told(
        400,
        "Le service qui vous a envoyé ici a donné une adresse de retour qui n'est pas inscrite pour lui.",
    ),
    # registration of clients
    openid_errors.RegistrationRefused: _registration,
    openid_errors.WrongRegistrationToken: _told(401, "Le jeton d'accès n'ouvre pas cette inscription."),
    openid_errors.RegistrationsFull: lambda error: answer_for(
        type(error),
        429,
        "Trop d'inscriptions attendent d'être examinées. Veuillez réessayer demain.",
        {"Retry-After": "86400"},
    ),
    openid_errors.ClientWithoutSecret: _told(409, "Ce client ne s'authentifie pas par un secret."),
    openid_errors.ClientNotReviewable: _told(409, "Il n'y a rien à décider au sujet de ce client."),
}
