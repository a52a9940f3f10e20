"""What the resident is asked before anything is shown: who asks, for what, and exactly what would be seen.

And when nothing fits: why not, in words. Those are for the resident alone; a verifier learns only that the
request was not answered (OpenID4VP 1.0 section 15.9).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from specs.dcql import (
    Candidate,
    ClaimsPath,
    CredentialQuery,
    Location,
    Match,
    Mismatch,
    Reason,
    Selection,
)
from specs.sd_jwt_vc import show_path
from wallet_api.domain.held_credential import CredentialId, short_type


@dataclass(frozen=True, slots=True)
class RequestedCredential:
    """One query: the card that would answer it and the claims that would be seen; no card when none fits.

    ``claims``: those that were asked for. ``always_shown``: what the card shows to everybody beside them.
    """

    query_id: str
    type: str
    claims: tuple[ClaimsPath, ...]
    credential_id: CredentialId | None
    always_shown: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One reason for which a query cannot be answered; never a value."""

    query_id: str
    code: str
    path: ClaimsPath | None
    english: str
    french: str


OF_THE_CREDENTIAL: Final = frozenset(
    {"iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aka_vcts"}
)
"""What a credential says about itself and not about anybody."""

NO_CARD: Final = "no_credential"
EXPIRED: Final = "expired"
NOTHING_TO_AGREE_WITH: Final = "nothing_to_agree_with"

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    NO_CARD: ("There is no {type} in this wallet.", "Ce portefeuille ne contient pas de {type}."),
    EXPIRED: ("The {type} has expired.", "Le justificatif {type} est expiré."),
    NOTHING_TO_AGREE_WITH: (
        "What is to be agreed to needs a {type}, which would not be shown.",
        "Ce qui est à accepter exige un justificatif {type}, qui ne serait pas montré.",
    ),
    Mismatch.FORMAT: (
        "The service wants a format that this wallet does not have.",
        "Le service veut un format que ce portefeuille n'a pas.",
    ),
    Mismatch.TYPE: ("There is no {type} in this wallet.", "Ce portefeuille ne contient pas de {type}."),
    Mismatch.HOLDER_BINDING: (
        "The {type} is not bound to a key of yours.",
        "Le justificatif {type} n'est pas lié à une de vos clés.",
    ),
    Mismatch.AUTHORITY: (
        "The {type} comes from an issuer that the service does not accept.",
        "Le justificatif {type} vient d'un émetteur que le service n'accepte pas.",
    ),
    Mismatch.CLAIM_ABSENT: (
        "The {type} does not contain {claim}.",
        "Le justificatif {type} ne contient pas {claim}.",
    ),
    Mismatch.CLAIM_VALUE: (
        "In the {type}, {claim} is not what the service requires.",
        "Dans le justificatif {type}, {claim} n'est pas ce que le service exige.",
    ),
}


def visible_paths(claims: Mapping[str, Any], withheld: Collection[Location]) -> tuple[Location, ...]:
    """The claims that a presentation shows although nothing is disclosed, each with nothing below it."""
    own = {name: value for name, value in claims.items() if name not in OF_THE_CREDENTIAL}
    return tuple(_visible(own, (), frozenset(withheld)))


def describe_selections(
    match: Match, chosen: Mapping[str, Sequence[Selection]], candidates: Iterable[Candidate]
) -> tuple[RequestedCredential, ...]:
    """The queries that will be answered, with what each answer shows."""
    always = {one.credential_id: visible_paths(one.claims, one.withholdable or ()) for one in candidates}
    return tuple(
        RequestedCredential(
            query_id,
            _type_of(match.of(query_id).query),
            tuple(one.claim.path for one in selection.claims),
            CredentialId(selection.credential_id),
            always[selection.credential_id],
        )
        for query_id, selections in chosen.items()
        for selection in selections
    )


def describe_queries(match: Match) -> tuple[RequestedCredential, ...]:
    """Every query, for a request that cannot be answered: what is asked, and by which card it could be."""
    return tuple(
        RequestedCredential(one.query.id, _type_of(one.query), _preferred(one.query), None)
        for one in match.queries
    )


def why_not(match: Match, expired_types: Iterable[frozenset[str]]) -> tuple[WhyNot, ...]:
    """Why the queries without an answer have none. ``expired_types``: of cards that were left out as expired.

    The reasons of a card of another type are dropped as soon as one of the right type says something.
    """
    expired = tuple(expired_types)
    found: list[WhyNot] = []
    for one in match.queries:
        if one.selections:
            continue
        reasons = list(dict.fromkeys(reason for other in one.rejections for reason in other.reasons))
        telling = [reason for reason in reasons if reason.mismatch is not Mismatch.TYPE]
        if any(not types.isdisjoint(one.query.types) for types in expired):
            found.append(_worded(one.query, EXPIRED, None))
        elif not telling:
            found.append(_worded(one.query, NO_CARD, None))
        found += [_worded(one.query, reason.mismatch, reason) for reason in telling]
    return tuple(found)


def why_not_agreed(match: Match, credential_ids: Iterable[str]) -> tuple[WhyNot, ...]:
    """Which cards could agree to what is asked, but are none of those that would be shown."""
    wanted = set(credential_ids)
    return tuple(
        _worded(one.query, NOTHING_TO_AGREE_WITH, None) for one in match.queries if one.query.id in wanted
    )


def _visible(value: Any, place: Location, withheld: frozenset[Location]) -> Iterator[Location]:
    if place in withheld:
        return
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _visible(member, (*place, name), withheld)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _visible(element, (*place, index), withheld)
    else:
        yield place


def _worded(query: CredentialQuery, code: str, reason: Reason | None) -> WhyNot:
    path = reason.path if reason else None
    words = {"type": _type_of(query), "claim": show_path(path) if path else ""}
    english, french = _WORDS[code]
    return WhyNot(query.id, str(code), path, english.format(**words), french.format(**words))


def _type_of(query: CredentialQuery) -> str:
    return short_type(query.types[0]) if query.types else query.format


def _preferred(query: CredentialQuery) -> tuple[ClaimsPath, ...]:
    return tuple(claim.path for claim in query.alternatives()[0])
