"""What the person picked, checked against the query: the last step before presentations are made."""

from collections.abc import Mapping, Sequence

from specs.dcql.errors import InvalidChoice, QueryNotSatisfied
from specs.dcql.match import Match, Selection


def suggest_choice(match: Match) -> dict[str, tuple[str, ...]]:
    """Credential ids by query id: the first match for each needed query, no optional one unless all are.

    Raises QueryNotSatisfied (access_denied) when the query cannot be answered.
    """
    if not match.satisfied:
        raise QueryNotSatisfied
    return {
        query_id: (match.of(query_id).selections[0].credential_id,)
        for query_id in match.return_ids or match.optional_ids
    }


def verify_choice(match: Match, choice: Mapping[str, Sequence[str]]) -> dict[str, tuple[Selection, ...]]:
    """What to present, by query id, for a choice of credential ids by query id.

    Raises QueryNotSatisfied when nothing may be sent at all, and InvalidChoice for a choice that is empty,
    leaves a required set unanswered, answers what was not asked, or gives two credentials where one is asked
    for.
    """
    if not match.satisfied:
        raise QueryNotSatisfied
    available = {one.query.id: one for one in match.queries}
    if not choice or not available.keys() >= choice.keys():
        raise InvalidChoice("nothing chosen, or an answer to what was not asked")
    if not match.query.is_satisfied_by(frozenset(choice)):
        raise InvalidChoice("a required credential set is not answered")
    chosen: dict[str, tuple[Selection, ...]] = {}
    for query_id, credential_ids in choice.items():
        one = available[query_id]
        if not credential_ids or (len(credential_ids) > 1 and not one.query.multiple):
            raise InvalidChoice("not exactly one credential for a query that asks for one")
        selections = {selection.credential_id: selection for selection in one.selections}
        if not selections.keys() >= set(credential_ids) or len(set(credential_ids)) != len(credential_ids):
            raise InvalidChoice("a credential that does not match, or one twice")
        chosen[query_id] = tuple(selections[credential_id] for credential_id in credential_ids)
    return chosen
