"""What could link two copies of a credential, measured on what a wallet gets (1.05, 1.14, 3.08).

Verifiers who compare what they were shown learn that one person holds both copies, if anything is equal in
the two and rare elsewhere. So whatever is a copy's own must never come twice, and whatever is not a copy's
own must be everybody's of that day. Pure: batches of several people in, measurements out.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Final, TypeAlias

from specs.encoding import b64url_decode, create_json
from specs.sd_jwt_vc import UnverifiedCredential

Batch: TypeAlias = Sequence[UnverifiedCredential]
"""The copies of one person, in the order in which the issuer gave them."""

PER_COPY: Final = frozenset({"_sd", "cnf", "status"})
"""Claims that every copy has for itself; all others must be everybody's."""
TIMES: Final = ("iat", "nbf", "exp")
DAY: Final = 86_400
SALT_BITS: Final = 128
MOST_LISTS: Final = 4
"""Open at a time for one type; with more, each has fewer people on it."""
_ENOUGH: Final = 6
"""Copies of a batch before an order of their indices means anything."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One check. ``code`` is stable. ``measured``: numbers and names of members, never values of claims."""

    code: str
    passed: bool
    measured: str
    text: str
    """In plain words: what it means that it passed, or what somebody could do because it did not."""


@dataclass(frozen=True, slots=True)
class _Check:
    code: str
    good: str
    bad: str
    measure: Callable[[Sequence[Batch]], tuple[bool, str]]


def measure_linkability(batches: Sequence[Batch]) -> list[Measurement]:
    """Every check on batches of one type, issued on one day to different people.

    ValueError for fewer than two batches, or an empty one: there would be nothing to compare.
    """
    if len(batches) < 2 or not all(batches):
        raise ValueError("needs the batches of at least two people")
    found = []
    for check in CHECKS:
        passed, measured = check.measure(batches)
        found.append(Measurement(check.code, passed, measured, check.good if passed else check.bad))
    return found


def salts_of(credential: UnverifiedCredential) -> list[str]:
    """The salts of its disclosures, as they are written."""
    return [str(json.loads(b64url_decode(text))[0]) for text in credential.sd_jwt.disclosures]


def digests_of(value: Any) -> list[str]:
    """Every digest of a payload at every depth, decoys included."""
    if isinstance(value, dict):
        below = [digest for name, member in value.items() if name != "_sd" for digest in digests_of(member)]
        return [*value.get("_sd", ()), *below]
    if isinstance(value, list):
        elements = [entry["..."] for entry in value if isinstance(entry, dict) and set(entry) == {"..."}]
        return [*elements, *(digest for entry in value for digest in digests_of(entry))]
    return []


def _copies(batches: Sequence[Batch]) -> list[UnverifiedCredential]:
    return [copy for batch in batches for copy in batch]


def _payloads(copies: Iterable[UnverifiedCredential]) -> list[dict[str, Any]]:
    return [dict(copy.sd_jwt.payload) for copy in copies]


def _references(copies: Iterable[UnverifiedCredential]) -> list[tuple[str, int]]:
    lists = [payload.get("status", {}).get("status_list", {}) for payload in _payloads(copies)]
    return [(str(entry.get("uri", "")), int(entry.get("idx", -1))) for entry in lists if entry]


def _unique(name: str, values: Sequence[object]) -> tuple[bool, str]:
    """None comes twice."""
    twice = len(values) - len(set(values))
    return twice == 0, f"{len(values)} {name}, {twice} repeated"


def _keys(batches: Sequence[Batch]) -> tuple[bool, str]:
    copies = _copies(batches)
    return _unique("keys", [create_json(one.get("cnf")) for one in _payloads(copies)])


def _signatures(batches: Sequence[Batch]) -> tuple[bool, str]:
    copies = _copies(batches)
    return _unique("signatures", [one.sd_jwt.jws.signature for one in copies])


def _salts(batches: Sequence[Batch]) -> tuple[bool, str]:
    copies = _copies(batches)
    salts = [salt for copy in copies for salt in salts_of(copy)]
    passed, measured = _unique("salts", salts)
    bits = min((len(b64url_decode(salt)) * 8 for salt in salts), default=0)
    return passed and bool(salts) and bits >= SALT_BITS, f"{measured}, the shortest of {bits} bits"


def _digests(batches: Sequence[Batch]) -> tuple[bool, str]:
    copies = _copies(batches)
    passed, measured = _unique("digests", [one for p in _payloads(copies) for one in digests_of(p)])
    counts = {len(digests_of(payload)) for payload in _payloads(copies)}
    return passed and len(counts) == 1, f"{measured}; {_listed(counts)} in each"


def _order(batches: Sequence[Batch]) -> tuple[bool, str]:
    """Digests in the order of their claims would tell which is which."""
    arrays = [array for copy in _copies(batches) for array in _arrays(copy.sd_jwt.payload) if len(array) > 2]
    unsorted = [array for array in arrays if array != sorted(array)]
    return not unsorted, f"{len(arrays)} lists of digests, {len(unsorted)} of them not in order"


def _arrays(value: Any) -> Iterator[list[str]]:
    if isinstance(value, dict):
        if isinstance(value.get("_sd"), list):
            yield value["_sd"]
        for name, member in value.items():
            if name != "_sd":
                yield from _arrays(member)


def _indices(batches: Sequence[Batch]) -> tuple[bool, str]:
    references = _references(_copies(batches))
    passed, measured = _unique("indices", references)
    regular = sum(_is_regular(_references(batch)) for batch in batches)
    return passed and not regular, f"{measured}, {regular} of {len(batches)} batches in a pattern"


def _is_regular(references: Sequence[tuple[str, int]]) -> bool:
    """Steps that come again and again, or neighbours: an index would tell where to find the others."""
    if len(references) < _ENOUGH:
        return False
    indices = [index for _, index in references]
    steps = Counter(after - before for before, after in pairwise(indices))
    if max(steps.values()) > 2 + len(indices) // 10:
        return True
    by_list: dict[str, list[int]] = {}
    for uri, index in references:
        by_list.setdefault(uri, []).append(index)
    near = sum(after - before <= 2 for found in by_list.values() for before, after in pairwise(sorted(found)))
    return near > 2 + len(indices) // 10


def _lists(batches: Sequence[Batch]) -> tuple[bool, str]:
    """People on one list hide each other; a list, or an address of one, for a single person marks them."""
    used = [{uri for uri, _ in _references(batch)} for batch in batches]
    every = set().union(*used)
    marked = sum("?" in uri or "#" in uri for uri in every)
    alone = sum(
        not one & other
        for (one, first), (other, second) in combinations(zip(used, map(len, batches), strict=True), 2)
        if one and other and min(first, second) >= _ENOUGH
    )
    measured = f"{len(every)} lists for {len(batches)} people"
    if alone:
        measured += f", {alone} pairs of people on different ones"
    return len(every) <= MOST_LISTS and not marked and not alone, measured


def _times(batches: Sequence[Batch]) -> tuple[bool, str]:
    payloads = _payloads(_copies(batches))
    precise, differing = [], []
    for name in TIMES:
        values = {payload.get(name) for payload in payloads}
        if len(values) > 1:
            differing.append(name)
        if any(isinstance(value, float) or (value is not None and value % DAY) for value in values):
            precise.append(name)
    told = f"not whole days: {_listed(precise)}; not everybody's: {_listed(differing)}"
    return not precise and not differing, told


def _claims(batches: Sequence[Batch]) -> tuple[bool, str]:
    shared = [_without_own(payload) for payload in _payloads(_copies(batches))]
    names = {name for entry in shared for name in entry} - set(TIMES)
    absent = object()
    differing = sorted(
        name for name in names if any(one.get(name, absent) != shared[0].get(name, absent) for one in shared)
    )
    return not differing, f"in the clear: {_listed(sorted(names))}; not everybody's: {_listed(differing)}"


def _without_own(payload: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_own(value) if isinstance(value, dict) else value
        for name, value in payload.items()
        if name not in PER_COPY
    }


def _headers(batches: Sequence[Batch]) -> tuple[bool, str]:
    headers = [dict(one.header) for one in _copies(batches)]
    names = sorted({name for header in headers for name in header})
    differing = [name for name in names if any(one.get(name) != headers[0].get(name) for one in headers)]
    return not differing, f"members: {_listed(names)}; not everybody's: {_listed(differing)}"


def _sizes(batches: Sequence[Batch]) -> tuple[bool, str]:
    """But for the digits of an index, which lists of many people give to everybody alike."""
    signed = [{len(create_json(one.sd_jwt.payload)) - _digits(one) for one in batch} for batch in batches]
    hidden = [{tuple(map(len, copy.sd_jwt.disclosures)) for copy in batch} for batch in batches]
    most_signed, most_hidden = max(map(len, signed)), max(map(len, hidden))
    told = f"sizes in one batch: {most_signed} of the signed part, {most_hidden} of the hidden one"
    return most_signed == most_hidden == 1, told


def _digits(copy: UnverifiedCredential) -> int:
    return sum(len(str(index)) for _, index in _references([copy]))


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in sorted(values, key=str)) or "none"


CHECKS: Final = (
    _Check(
        "keys",
        "Every copy is bound to a key of its own.",
        "Copies share a key: whoever is shown two of them knows that they are one person's.",
        _keys,
    ),
    _Check(
        "salts",
        "Every hidden claim has a random salt of its own, long enough that nobody can guess a value.",
        "Salts repeat or are short: equal ones link copies, short ones let values be guessed.",
        _salts,
    ),
    _Check(
        "digests",
        "No digest comes twice, and everybody has the same number of them.",
        "Digests repeat, or their number differs between people: both tell people apart.",
        _digests,
    ),
    _Check(
        "order",
        "Digests are in an order that has nothing to do with the claims.",
        "The place of a digest tells which claim it is.",
        _order,
    ),
    _Check(
        "signatures",
        "Every copy is signed anew.",
        "Signatures repeat: equal copies were given out.",
        _signatures,
    ),
    _Check(
        "indices",
        "No index comes twice, and one index does not tell where the others are.",
        "Indices repeat, or follow each other: a status entry leads to the person's other copies.",
        _indices,
    ),
    _Check(
        "lists",
        "Copies are on a few lists that everybody shares.",
        "People are on lists of their own, or on too many: the address of the list marks them.",
        _lists,
    ),
    _Check(
        "times",
        "Times are whole days and the same for everybody.",
        "Times are exact, or differ between copies or people: the moment of issuance links copies.",
        _times,
    ),
    _Check(
        "claims",
        "What every verifier sees is the same in everybody's credentials.",
        "Something in the clear is one person's or one batch's: it links copies without anything shown.",
        _claims,
    ),
    _Check(
        "headers",
        "Headers are the same in everybody's credentials.",
        "Headers differ between copies or people.",
        _headers,
    ),
    _Check(
        "sizes",
        "Copies have the same size.",
        "Sizes differ between copies: the length of what is shown tells them apart, and links equal ones.",
        _sizes,
    ),
)
