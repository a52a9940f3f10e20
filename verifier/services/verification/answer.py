"""Step 8: do the presentations together answer the query? The wallet is never trusted for that (5.27).

Section 8.6 of OpenID4VP: what does not fulfil its query is discarded, and what remains has to be enough. Only
claims that were asked for leave here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from specs.dcql import (
    AcceptedPresentation,
    CredentialQuery,
    CredentialView,
    DcqlQuery,
    Location,
    QueryNotAnswered,
    check_answer,
)
from specs.dcql.query import SD_JWT_VC
from specs.encoding import b64url_encode
from specs.jose import parse_x5c
from verifier.domain.reason_of_error import reason_of
from verifier.domain.verdict import Reason
from verifier.services.verification.checked import Checked


@dataclass(frozen=True, slots=True)
class Answer:
    """The presentations that count with the claims that were asked for, or what is missing."""

    checked: tuple[Checked, ...] = ()
    claims: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    reasons: tuple[Reason, ...] = ()


def answer_of(query: DcqlQuery, checked: Sequence[Checked]) -> Answer:
    """What these presentations are worth for a query (5.14, 5.15)."""
    presented: dict[str, list[Checked]] = {}
    views: dict[str, list[CredentialView]] = {}
    for one in checked:
        name = one.query_id
        presented.setdefault(name, []).append(one)
        views.setdefault(name, []).append(_view(one, query.credential(name)))
    try:
        accepted = check_answer(query, views).accepted
    except QueryNotAnswered as error:
        return Answer(reasons=(reason_of(error, None),))
    counting = tuple([presented[one.query_id][one.position] for one in accepted])
    return Answer(counting, {one.query_id: _claims(one) for one in accepted})


def _view(one: Checked, asked: CredentialQuery | None) -> CredentialView:
    credential = one.credential
    wants_authority = asked is not None and asked.trusted_authorities is not None
    return CredentialView(
        format=SD_JWT_VC,
        # Types that extend one that was asked for are in the query by themselves (5.18).
        types=(credential.vct,),
        claims=one.claims,
        holder_bound=credential.key_binding is not None,
        authority_key_ids=frozenset(_authority_key_ids(one.chain)) if wants_authority else frozenset(),
    )


def _authority_key_ids(chain: Sequence[str]) -> Iterator[str]:
    """Base64url of the key identifier of every authority in a verified chain (section 6.1.1.1)."""
    for certificate in parse_x5c(list(chain)) if chain else ():
        try:
            found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        except x509.ExtensionNotFound:
            continue
        if found.key_identifier is not None:
            yield b64url_encode(found.key_identifier)


def _claims(accepted: AcceptedPresentation) -> dict[str, Any]:
    places: dict[Any, Any] = {}
    inside = set()
    for claim in accepted.claims:
        for location, value in claim.found:
            if len(location) == 1:
                places[location[0]] = value
            else:
                _place(places, location, value)
                inside.add(location[0])
    for name in inside:
        places[name] = _with_arrays(places[name])
    return places


def _place(target: dict[Any, Any], location: Location, value: Any) -> None:
    """Puts a claim where it stood. No preset asks for what is around it as well (over_asking.py)."""
    *parents, last = location
    for name in parents:
        target = target.setdefault(name, {})
    target[last] = value


def _with_arrays(value: Any) -> Any:
    """Places that are numbers were elements of an array: they follow one another, without the withheld."""
    if not isinstance(value, dict) or not value:
        return value
    if all(isinstance(name, int) for name in value):
        return [_with_arrays(value[index]) for index in sorted(value)]
    return {name: _with_arrays(member) for name, member in value.items()}
