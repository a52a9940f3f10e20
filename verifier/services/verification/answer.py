"""Step 8: do the presentations together answer the query? The wallet is never trusted for that (5.27).

Section 8.6 of OpenID4VP: what does not fulfil its query is discarded, and what remains has to be enough. Only
claims that were asked for leave here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from specs.dcql import AcceptedPresentation, CredentialView, DcqlQuery, QueryNotAnswered, check_answer
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
    wants_authority = any(one.trusted_authorities for one in query.credentials)
    presented: dict[str, list[Checked]] = {}
    for one in checked:
        presented.setdefault(one.query_id, []).append(one)
    views = {name: [_view(one, wants_authority) for one in several] for name, several in presented.items()}
    try:
        accepted = check_answer(query, views).accepted
    except QueryNotAnswered as error:
        return Answer(reasons=(reason_of(error, None),))
    return Answer(
        tuple(presented[one.query_id][one.position] for one in accepted),
        {one.query_id: _claims(one) for one in accepted},
    )


def _view(one: Checked, wants_authority: bool) -> CredentialView:
    credential = one.credential
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
    places: dict[str | int, Any] = {}
    for claim in accepted.claims:
        for selected in claim.found:
            _place(places, selected.location, selected.value)
    return {str(name): _with_arrays(value) for name, value in places.items()}


def _place(target: dict[str | int, Any], location: Sequence[str | int], value: Any) -> None:
    """Puts a claim where it stood."""
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
