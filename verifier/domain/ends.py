"""Why a presentation ended without a verdict: a wallet's error, or somebody called it off (5.28).

The list is closed. What a wallet says beside a registered code is a stranger's text: it is neither shown nor
kept nor logged, and a code that nobody registered counts as the one kind for all others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from verifier.domain.presentation import Presentation, PresentationState
from verifier.domain.verdict import Texts


@dataclass(frozen=True, slots=True)
class EndKind:
    """One such reason, in the words of a person at the counter or at the screen."""

    code: str
    """Stable; of a wallet's error the registered code itself."""
    text: Texts
    next_step: Texts
    """What the person can do who was asked."""
    advice: Texts
    """What the service can do that asked."""
    is_fault: bool = True
    """Something does not work; else somebody has decided so, and there is nothing to repair."""


_REPORT: Final = Texts(
    "The person did nothing wrong, and trying again will not help. Tell whoever runs the verifier this code, "
    "and check in another way.",
    "La personne n'a rien fait de mal, et réessayer n'aidera pas. Communiquez ce code aux responsables du "
    "vérificateur, et vérifiez autrement.",
)
_NOT_YOUR_FAULT: Final = Texts(
    "You did nothing wrong. Tell the service, and ask it for another way; another wallet may also work.",
    "Vous n'avez rien fait de mal. Dites-le au service, et demandez-lui une autre façon de faire; un autre "
    "portefeuille peut aussi convenir.",
)
_TRY_WALLET_AGAIN: Final = Texts(
    "Open your wallet and see that it works. Then go back to the service and start again.",
    "Ouvrez votre portefeuille et vérifiez qu'il fonctionne. Retournez ensuite au service et recommencez.",
)
_ASK_TO_TRY_AGAIN: Final = Texts(
    "Ask the person to open their wallet, then start again. If it fails again, check in another way.",
    "Demandez à la personne d'ouvrir son portefeuille, puis recommencez. En cas de nouvel échec, vérifiez "
    "autrement.",
)


def _faulty_request(code: str) -> EndKind:
    """One of the codes by which a wallet says no more than that it cannot use the request."""
    return EndKind(
        code,
        Texts(
            "The wallet took the request for faulty and did not answer it.",
            "Le portefeuille a jugé la demande défectueuse et n'y a pas répondu.",
        ),
        _NOT_YOUR_FAULT,
        _REPORT,
    )


ACCESS_DENIED: Final = EndKind(
    "access_denied",
    # OpenID4VP section 15.9: which of the two it was is not for a verifier to know.
    Texts(
        "The wallet shared nothing: sharing was refused there, or it holds nothing that fits.",
        "Le portefeuille n'a rien communiqué : le partage y a été refusé, ou rien de ce qu'il contient ne "
        "convient.",
    ),
    Texts(
        "If you did not mean to refuse, go back to the service and start again. You may need another "
        "credential.",
        "Si vous ne vouliez pas refuser, retournez au service et recommencez. Il vous faut peut-être un "
        "autre justificatif.",
    ),
    Texts(
        "Nothing is wrong with the request. Ask whether the person wants to try again or to be checked in "
        "another way.",
        "La demande n'a rien de défectueux. Demandez à la personne si elle veut réessayer ou passer par une "
        "autre vérification.",
    ),
    is_fault=False,
)
WALLET_UNAVAILABLE: Final = EndKind(
    "wallet_unavailable",
    Texts("The wallet could not be reached.", "Le portefeuille n'a pas pu être joint."),
    _TRY_WALLET_AGAIN,
    _ASK_TO_TRY_AGAIN,
)
VP_FORMATS_NOT_SUPPORTED: Final = EndKind(
    "vp_formats_not_supported",
    Texts(
        "The wallet does not know the kind of credential that was asked for.",
        "Le portefeuille ne connaît pas le genre de justificatif demandé.",
    ),
    Texts(
        "Update your wallet or use another one. Then go back to the service and start again.",
        "Mettez votre portefeuille à jour ou utilisez-en un autre. Retournez ensuite au service et "
        "recommencez.",
    ),
    Texts(
        "Ask the person to use another wallet, or check in another way.",
        "Demandez à la personne d'utiliser un autre portefeuille, ou vérifiez autrement.",
    ),
)
INVALID_CLIENT: Final = EndKind(
    "invalid_client",
    Texts(
        "The wallet does not recognize who is asking.",
        "Le portefeuille ne reconnaît pas qui fait la demande.",
    ),
    Texts(
        "Make sure that you came here from the service itself. If you did, tell the service, and ask it for "
        "another way.",
        "Assurez-vous d'être arrivé ici depuis le service lui-même. Si c'est le cas, dites-le au service, et "
        "demandez-lui une autre façon de faire.",
    ),
    _REPORT,
)
INVALID_SCOPE: Final = EndKind(
    "invalid_scope",
    Texts(
        "The wallet does not understand what the request asks for.",
        "Le portefeuille ne comprend pas ce que la demande exige.",
    ),
    _NOT_YOUR_FAULT,
    _REPORT,
)
INVALID_REQUEST_URI_METHOD: Final = EndKind(
    "invalid_request_uri_method",
    Texts(
        "The wallet cannot fetch the request in the way that it is offered.",
        "Le portefeuille ne peut pas récupérer la demande de la façon dont elle est offerte.",
    ),
    _NOT_YOUR_FAULT,
    Texts(
        "Ask again with the other request_uri_method. If that does not help, tell whoever runs the verifier.",
        "Recommencez avec l'autre valeur de request_uri_method. Si cela n'aide pas, avisez les responsables "
        "du vérificateur.",
    ),
)
INVALID_TRANSACTION_DATA: Final = EndKind(
    "invalid_transaction_data",
    Texts(
        "The wallet cannot show what was to be agreed to, so nothing was agreed to.",
        "Le portefeuille ne peut pas montrer ce qui devait être accepté; rien ne l'a donc été.",
    ),
    Texts(
        "Use another wallet, or ask the service for another way to agree.",
        "Utilisez un autre portefeuille, ou demandez au service une autre façon de donner votre accord.",
    ),
    Texts(
        "Do not carry out the transaction. Put it to the person in another way, or ask for another wallet.",
        "N'effectuez pas l'opération. Soumettez-la à la personne autrement, ou demandez un autre "
        "portefeuille.",
    ),
)
SERVER_ERROR: Final = EndKind(
    "server_error",
    Texts("Something went wrong in the wallet.", "Une erreur s'est produite dans le portefeuille."),
    _TRY_WALLET_AGAIN,
    _ASK_TO_TRY_AGAIN,
)
TEMPORARILY_UNAVAILABLE: Final = EndKind(
    "temporarily_unavailable",
    Texts(
        "The wallet cannot answer at the moment.",
        "Le portefeuille ne peut pas répondre pour le moment.",
    ),
    _TRY_WALLET_AGAIN,
    _ASK_TO_TRY_AGAIN,
)
OTHER_WALLET_ERROR: Final = EndKind(
    "other_wallet_error",
    Texts(
        "The wallet ended the request with an error that is not known here.",
        "Le portefeuille a mis fin à la demande par une erreur inconnue ici.",
    ),
    Texts(
        "Your wallet may tell you more. Go back to the service and start again, or use another wallet.",
        "Votre portefeuille en dit peut-être plus. Retournez au service et recommencez, ou utilisez un autre "
        "portefeuille.",
    ),
    Texts(
        "Start again. If it fails again, ask for another wallet, or check in another way.",
        "Recommencez. En cas de nouvel échec, demandez un autre portefeuille, ou vérifiez autrement.",
    ),
)
VISITOR_CANCELLED: Final = EndKind(
    "visitor_cancelled",
    Texts("The request was cancelled on its page.", "La demande a été annulée sur sa page."),
    Texts(
        "If you did not mean to, go back to the service and start again.",
        "Si vous ne le vouliez pas, retournez au service et recommencez.",
    ),
    Texts(
        "Nothing is wrong with the request. The person can start again, or be checked in another way.",
        "La demande n'a rien de défectueux. La personne peut recommencer, ou passer par une autre "
        "vérification.",
    ),
    is_fault=False,
)
SERVICE_CANCELLED: Final = EndKind(
    "service_cancelled",
    Texts("The service called the request off.", "Le service a retiré la demande."),
    Texts(
        "Ask the service why. If it asks you again, start again from there.",
        "Demandez-en la raison au service. S'il refait la demande, recommencez à partir de là.",
    ),
    Texts(
        "It was this service that called it off. Start a new request if you still need an answer.",
        "C'est ce service qui l'a retirée. Faites une nouvelle demande si vous avez encore besoin d'une "
        "réponse.",
    ),
    is_fault=False,
)

WALLET_ERRORS: Final = (
    # OpenID4VP 1.0 section 8.5
    ACCESS_DENIED,
    WALLET_UNAVAILABLE,
    VP_FORMATS_NOT_SUPPORTED,
    _faulty_request("invalid_request"),
    INVALID_CLIENT,
    INVALID_SCOPE,
    INVALID_REQUEST_URI_METHOD,
    INVALID_TRANSACTION_DATA,
    # RFC 6749 section 4.1.2.1
    _faulty_request("unauthorized_client"),
    _faulty_request("unsupported_response_type"),
    SERVER_ERROR,
    TEMPORARILY_UNAVAILABLE,
    # RFC 9101 section 6.3
    _faulty_request("invalid_request_uri"),
    _faulty_request("invalid_request_object"),
    _faulty_request("request_not_supported"),
    _faulty_request("request_uri_not_supported"),
)
"""Every registered code that a wallet may end a presentation with."""

ALL: Final = (*WALLET_ERRORS, OTHER_WALLET_ERROR, VISITOR_CANCELLED, SERVICE_CANCELLED)

_WALLET_ERRORS_BY_CODE: Final = {kind.code: kind for kind in WALLET_ERRORS}
_BY_CODE: Final = {kind.code: kind for kind in ALL}


def end_of_wallet_error(error: str) -> EndKind:
    """What the ``error`` of a wallet stands for."""
    return _WALLET_ERRORS_BY_CODE.get(error, OTHER_WALLET_ERROR)


def end_of(codes: Iterable[str]) -> EndKind | None:
    """The kind behind stored codes; ``None``: they are reasons of a verdict, or there are none."""
    return next((_BY_CODE[code] for code in codes if code in _BY_CODE), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a presentation stands, as its relying service may know it. ``reason``: the code of why it ended."""

    state: PresentationState
    reason: str | None = None

    @property
    def members(self) -> dict[str, str]:
        """As in JSON; why a verdict was not good is told with the result alone."""
        told = {"state": self.state.value}
        return told if self.reason is None else told | {"reason": self.reason}


def standing_of(presentation: Presentation, state: PresentationState) -> Standing:
    """The same with its reason. ``state``: what the service may see."""
    end = end_of(presentation.reasons) if state is PresentationState.CANCELLED else None
    return Standing(state, None if end is None else end.code)
