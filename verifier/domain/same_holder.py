"""Cross-credential rules: do credentials that were shown together belong together? (product.md, journey 5)

A wallet answers with several credentials that were signed for one request. Each is bound to a key of its
own, different even for copies of one card, so the keys say only who answered, and two people could answer
together.
What ties the credentials to one person is what the issuers say about the person in each of them:

- the name: family name and given name, both, each the same in all (letter case and spaces aside);
- whatever else identifies a person and happens to be shown in two of them must not contradict itself.

Somebody with a single name has no given name, which looks like one that was withheld; then the name does
not decide and the answer is *cannot tell*, unless the credentials are bound to one and the same key. Two
people of the same name who help each other are not found out: the authority itself is bound to its holder's
device.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from specs.dcql import ClaimsPath, select_claims
from verifier.domain import reasons
from verifier.domain.policy import Presented
from verifier.domain.verdict import Reason

FAMILY: Final = "family_name"
GIVEN: Final = "given_name"
NAME_CLAIMS: Final = (FAMILY, GIVEN)
IDENTIFYING_CLAIMS: Final = ("birthdate", "personal_administrative_number", "sub")


@dataclass(frozen=True, slots=True)
class SameHolder:
    """The presentations for these queries are about one person, who holds them all."""

    query_ids: tuple[str, ...]

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        by_query = {one.query_id: one for one in presented}
        if not by_query.keys() >= set(self.query_ids):
            yield Reason(reasons.QUERY_NOT_ANSWERED, None, "same_holder: not all are there")
            return
        ours = [one for one in presented if one.query_id in self.query_ids]
        names = [[_comparable(one.claims.get(name)) for one in ours] for name in (FAMILY, GIVEN)]
        facts = [[_fact(one.claims, name) for one in ours] for name in IDENTIFYING_CLAIMS]
        if any(_contradict(values) for values in (*names, *facts)):
            yield Reason(reasons.HOLDERS_DIFFER)
        elif not _whole(*names) and not (_single(*names) and _one_key(ours)):
            yield Reason(reasons.HOLDERS_NOT_CERTAIN)


@dataclass(frozen=True, slots=True)
class SameClaim:
    """The presentations for these queries say the same at a path, such as the number of one business."""

    query_ids: tuple[str, ...]
    path: ClaimsPath

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        ours = [one for one in presented if one.query_id in self.query_ids]
        if not {one.query_id for one in ours} >= set(self.query_ids):
            yield Reason(reasons.QUERY_NOT_ANSWERED, None, "same_claim: not all are there")
            return
        found = [[selected.value for selected in select_claims(one.claims, self.path)] for one in ours]
        if not all(found) or any(one != found[0] for one in found):
            yield Reason(reasons.REQUIREMENT_NOT_MET, None, "same_claim")


def _comparable(value: Any) -> str | None:
    """A name without what keyboards and registers disagree on; accents stay, they tell names apart."""
    if not isinstance(value, str) or not value.strip():
        return None
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())


def _fact(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return None if value is None else repr(value)


def _contradict(values: Sequence[str | None]) -> bool:
    return len({value for value in values if value is not None}) > 1


def _whole(family: Sequence[str | None], given: Sequence[str | None]) -> bool:
    """Every credential shows the whole name."""
    return None not in (*family, *given)


def _single(family: Sequence[str | None], given: Sequence[str | None]) -> bool:
    """As somebody with a single name shows it: all have the one, none has the other."""
    return None not in family and not any(given)


def _one_key(presented: Sequence[Presented]) -> bool:
    first = presented[0].holder_key
    return first is not None and all(one.holder_key == first for one in presented)
