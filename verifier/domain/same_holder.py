"""Cross-credential rules: do credentials that were shown together belong together? (product.md, journey 5)

A wallet answers with several credentials that were signed for one request. Each is bound to a key of its
own, different even for copies of one card, so the keys say only who answered, and two people could answer
together.
What ties the credentials to one person is what the issuers say about the person in each of them, and all of
this has to hold:

- the name: family name and given name, both, each the same in all (letter case and spaces aside);
- something that tells people of one name apart is shown in all, and is the same: the date of birth, or a
  number that their one issuer knows the person by. Where all they share is a name the answer is *cannot
  tell*: millions of people have a namesake;
- whatever else identifies a person and happens to be shown in two of them does not contradict itself.

Somebody with a single name has no given name, which looks like one that was withheld; then the name does
not decide (twins share the rest) and the answer is *cannot tell*, unless the credentials are bound to one and
the same key. Two people of one name who were born on one day and help each other are not found out: the
authority itself is bound to its holder's device.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from specs.dcql import ClaimsPath, select_claims
from verifier.domain import reasons
from verifier.domain.policy import Presented
from verifier.domain.verdict import Reason

FAMILY: Final = "family_name"
GIVEN: Final = "given_name"
NAME_CLAIMS: Final = (FAMILY, GIVEN)
BIRTHDATE: Final = "birthdate"
ISSUERS_OWN_CLAIMS: Final = ("personal_administrative_number", "sub")
"""What an issuer knows a person by; another issuer means something else by the same number (RFC 7519,
section 4.1.2)."""
IDENTIFYING_CLAIMS: Final = (BIRTHDATE, *ISSUERS_OWN_CLAIMS)


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
        names = [[_comparable(one.claims.get(name)) for one in ours] for name in NAME_CLAIMS]
        facts = {name: [one.claims.get(name) for one in ours] for name in _comparable_facts(ours)}
        if any(map(_contradict, names)) or any(map(_facts_contradict, facts.values())):
            yield Reason(reasons.HOLDERS_DIFFER)
        elif not _whole(*names) and not (_single(*names) and _one_key(ours)):
            yield Reason(reasons.HOLDERS_NOT_CERTAIN)
        elif not any(_identifies(name, value) for name, [value, *_] in _shown_in_all(facts)):
            yield Reason(reasons.SAME_NAME_ONLY)

    def is_about(self, presented: Sequence[Presented]) -> bool:
        """Always: cards that are not there speak against it."""
        return True


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
        if not all(found) or not all(_is_same(one, found[0]) for one in found):
            yield Reason(reasons.REQUIREMENT_NOT_MET, None, "same_claim")

    def is_about(self, presented: Sequence[Presented]) -> bool:
        """Always, as above."""
        return True


def _is_same(one: Any, other: Any) -> bool:
    """By type and value, however deep: to Python True == 1 == 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _comparable(value: Any) -> str | None:
    """A name without what keyboards and registers disagree on; accents stay, they tell names apart."""
    if not isinstance(value, str) or not value.strip():
        return None
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())


def _comparable_facts(presented: Sequence[Presented]) -> tuple[str, ...]:
    return IDENTIFYING_CLAIMS if len({one.issuer for one in presented}) == 1 else (BIRTHDATE,)


def _contradict(values: Sequence[str | None]) -> bool:
    return len({value for value in values if value is not None}) > 1


def _facts_contradict(values: Sequence[Any]) -> bool:
    """By type and value, whatever they are."""
    return _contradict([None if value is None else repr(value) for value in values])


def _shown_in_all(facts: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    return ((name, values) for name, values in facts.items() if None not in values)


def _identifies(name: str, value: Any) -> bool:
    """Whether it says something: a year without a day, or nobody knows when, tells nobody apart."""
    if not isinstance(value, str) or not value.strip():
        return False
    if name != BIRTHDATE:
        return True
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _whole(family: Sequence[str | None], given: Sequence[str | None]) -> bool:
    """Every credential shows the whole name."""
    return None not in (*family, *given)


def _single(family: Sequence[str | None], given: Sequence[str | None]) -> bool:
    """As somebody with a single name shows it: all have the one, none has the other."""
    return None not in family and not any(given)


def _one_key(presented: Sequence[Presented]) -> bool:
    first = presented[0].holder_key
    return first is not None and all(one.holder_key == first for one in presented)
