"""From an issuer-signed payload and the disclosures that arrived to the claims that were disclosed.

RFC 9901 section 7.1 steps 3 to 5, with the producer rules of section 4 read strictly: what an issuer or
holder must not send is refused even where no verification step names it, so that two verifiers can't see two
meanings.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from specs.errors import ProtocolError
from specs.sd_jwt.digest import digest_algorithm_of
from specs.sd_jwt.disclosure import (
    Disclosure,
    Path,
    are_strings,
    contents_together,
    digests_of,
    parse_disclosures,
)
from specs.sd_jwt.errors import (
    ClaimsTooDeep,
    DuplicateClaimName,
    DuplicateDigest,
    MalformedDigests,
    MalformedDisclosure,
    RepeatedDisclosure,
    SdJwtRejected,
    UnreferencedDisclosure,
)

MAX_DEPTH: Final = 32
"""How deep digests are followed. What is inside one disclosure without digests was bounded when it was
parsed.
"""

_CONTAINERS: Final = frozenset({dict, list})
_ABSENT: Final = object()


class Withheld:
    """Stands in `claims_as_issued` for an array element that was not disclosed."""

    def __repr__(self) -> str:
        return "WITHHELD"


WITHHELD: Final = Withheld()


class ArrayAsIssued(NamedTuple):
    """An array of which elements were not disclosed: how long it was issued and which indices are missing.

    A decoy can't be told from an element, so `length` may count decoys.
    """

    length: int
    withheld: tuple[int, ...]


class ProcessedClaims(NamedTuple):
    """What the payload says once digests are replaced by disclosures or removed (section 7.1).

    All paths use array indices as issued, undisclosed elements included (SD-JWT VC section 5.6).
    """

    claims: dict[str, Any]
    """The processed payload: no `_sd`, no `...`, no `_sd_alg`."""
    disclosed: Mapping[Path, str]
    """Every claim and array element that came out of a disclosure, parents before children; and that
    disclosure, as it was sent.
    """
    hidden: Mapping[Path, int]
    """Objects with digests nobody disclosed, and how many: withheld claims or decoys, there is no telling."""
    arrays: Mapping[Path, ArrayAsIssued]
    """Arrays with elements that nobody disclosed."""

    def may_hide(self, path: Path) -> bool:
        """Whether a claim that is missing from the object at `path` may only have been withheld."""
        return path in self.hidden

    def claims_as_issued(self) -> dict[str, Any]:
        """The claims with WITHHELD for each undisclosed array element, so that indices count as issued."""
        if not self.arrays:
            return self.claims
        result: dict[str, Any] = _fill(self.claims, (), self.arrays)
        return result


def process_claims(payload: dict[str, Any], disclosures: Sequence[str]) -> ProcessedClaims:
    """The disclosed claims; raises SdJwtRejected with every reason.

    `payload` is the verified issuer-signed payload and is not changed, `disclosures` are the encoded strings.
    """
    processed, reasons = examine_claims(payload, disclosures)
    if processed is None or reasons:
        raise SdJwtRejected(tuple(reasons))
    return processed


def examine_claims(
    payload: dict[str, Any], disclosures: Sequence[str]
) -> tuple[ProcessedClaims | None, list[ProtocolError]]:
    """Like process_claims, but returns the reasons. With reasons the claims must not be used."""
    try:
        algorithm = digest_algorithm_of(payload)
    except ProtocolError as error:
        return None, [error]
    digests, contents = digests_of(disclosures, algorithm), contents_together(disclosures)
    if contents is not None:
        processed = _processed_at_once(payload, disclosures, digests, contents)
        if processed is not None:
            return processed, []
    found, refused = parse_disclosures(disclosures, digests, contents)
    walk = _Walk(found)
    if len(set(disclosures)) != len(disclosures):
        walk.reasons.append(RepeatedDisclosure())  # section 4: a holder sends no disclosure twice
    walk.reasons.extend(refused)
    claims = walk.top(payload)
    if len(walk.disclosed) != len(found):
        walk.refuse_unreferenced()
    return ProcessedClaims(claims, walk.disclosed, walk.hidden, walk.arrays), walk.reasons


def _processed_at_once(
    payload: dict[str, Any], encoded: Sequence[str], digests: Sequence[str], contents: Sequence[list[Any]]
) -> ProcessedClaims | None:
    """What _Walk finds when all digests are at the top or in objects there, as in most credentials, and
    nothing is wrong; otherwise None.
    """
    claims = payload.copy()
    claims.pop("_sd_alg", None)
    objects: list[tuple[Path, dict[str, Any]]] = [((), claims)]
    for name, value in payload.items():
        if type(value) is dict and "_sd" in value:
            claims[name] = inner = value.copy()
            objects.append(((name,), inner))
    homes: dict[str, tuple[Path, dict[str, Any]]] = {}
    complete: dict[Path, int] = {}  # how many members each object has with everything disclosed
    for home in objects:
        place, members = home
        own = members.pop("_sd", None)
        if type(own) is not list or not are_strings(own):
            return None
        homes.update(dict.fromkeys(own, home))
        complete[place] = len(members) + len(own)
    disclosed: dict[Path, str] = {}
    try:
        for text, digest, (salt, name, value) in zip(encoded, digests, contents, strict=True):
            place, members = homes[digest]
            if not type(salt) is type(name) is str:
                return None
            members[name] = value
            disclosed[(*place, name)] = text
    except (KeyError, ValueError):  # a disclosure without a digest, or of an array element
        return None
    hidden = {
        place: complete[place] - len(members) for place, members in objects if complete[place] != len(members)
    }
    # The numbers differ when a digest stands twice, a name stands twice or a disclosure was sent twice. Of
    # digests elsewhere, in a disclosed value for example, and of reserved names nothing may be left.
    if sum(hidden.values()) != len(homes) - len(encoded) or _mentions_digests(claims):
        return None
    return tuple.__new__(ProcessedClaims, (claims, disclosed, hidden, {}))


class _Walk:
    """One pass over payload and disclosed values; collects what is wrong and goes on."""

    __slots__ = ("arrays", "disclosed", "found", "hidden", "reasons", "seen")

    def __init__(self, found: dict[str, Disclosure]) -> None:
        self.found = found
        self.seen: set[str] = set()
        self.reasons: list[ProtocolError] = []
        self.disclosed: dict[Path, str] = {}
        self.hidden: dict[Path, int] = {}
        self.arrays: dict[Path, ArrayAsIssued] = {}

    def top(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The whole payload; only here may `_sd_alg` stand (section 4.1.1)."""
        copy = payload.copy()
        copy.pop("_sd_alg", None)
        return self.object(copy, ())

    def object(self, result: dict[str, Any], path: Path) -> dict[str, Any]:
        """`result`: a copy of the object, which becomes what the object says."""
        if len(path) > MAX_DEPTH:
            self.reasons.append(ClaimsTooDeep())
            return {}
        digests = result.pop("_sd", _ABSENT)
        if not _CONTAINERS.isdisjoint(map(type, result.values())):
            for name, value in result.items():
                if type(value) in _CONTAINERS and _mentions_digests(value):
                    result[name] = self.value(value, (*path, name))
        if "..." in result or "_sd_alg" in result:
            # `...` stands for array elements only (section 4.1), `_sd_alg` at the top only (section 4.1.1).
            self.reasons.append(MalformedDigests("reserved member"))
        if digests is not _ABSENT:
            self.properties(digests, result, path)
        return result

    def properties(self, digests: Any, result: dict[str, Any], path: Path) -> None:
        """The disclosed members of one object, put beside its clear ones (section 7.1 step 3.c.ii)."""
        if type(digests) is not list:
            self.reasons.append(MalformedDigests("_sd is not an array"))
            return
        own = self.first_sights(digests)
        matching: list[Disclosure] = []
        if not own.isdisjoint(self.found):  # most objects have nothing that was disclosed
            matching = [self.found[digest] for digest in self.found if digest in own]
        if len(matching) < len(own):
            self.hidden[path] = len(own) - len(matching)
        for disclosure in matching:
            encoded, _, _, name, value = disclosure
            if name is None:
                self.reasons.append(MalformedDisclosure("array element below _sd"))
            elif name in result:
                self.reasons.append(DuplicateClaimName())
            else:
                place = (*path, name)
                self.disclosed[place] = encoded
                if type(value) in _CONTAINERS and _mentions_digests(value):
                    value = self.value(value, place)
                result[name] = value

    def first_sights(self, digests: list[Any]) -> set[str]:
        """The digests that may be followed; the others are refused."""
        if are_strings(digests):
            own = set(digests)
            if len(own) == len(digests) and own.isdisjoint(self.seen):
                self.seen |= own
                return own
        accepted: set[str] = set()
        for digest in digests:
            if type(digest) is str and digest not in self.seen:
                self.seen.add(digest)
                accepted.add(digest)
            else:
                self.refuse_digest(digest)
        return accepted

    def array(self, source: list[Any], path: Path) -> list[Any]:
        """The elements that are clear or disclosed, in their order (section 7.1 steps 3.c.iii and 3.d)."""
        if len(path) > MAX_DEPTH:
            self.reasons.append(ClaimsTooDeep())
            return []
        result: list[Any] = []
        withheld: list[int] = []
        for index, element in enumerate(source):
            kind = type(element)
            if kind is dict and "..." in element:
                self.placeholder(element, (*path, index), result, withheld)
            elif kind is dict or kind is list:
                result.append(self.value(element, (*path, index)))
            else:
                result.append(element)
        if withheld:
            self.arrays[path] = ArrayAsIssued(len(source), tuple(withheld))
        return result

    def placeholder(
        self, element: dict[str, Any], place: Path, result: list[Any], withheld: list[int]
    ) -> None:
        if len(element) != 1:
            self.reasons.append(MalformedDigests("placeholder with a second member"))
            return
        digest = element["..."]
        if type(digest) is not str or digest in self.seen:
            self.refuse_digest(digest)
            return
        self.seen.add(digest)
        disclosure = self.found.get(digest)
        if disclosure is None:
            withheld.append(int(place[-1]))
        elif disclosure.name is not None:
            self.reasons.append(MalformedDisclosure("claim name in an array"))
        else:
            self.disclosed[place] = disclosure.encoded
            result.append(self.value(disclosure.value, place))

    def value(self, value: Any, path: Path) -> Any:
        kind = type(value)
        if kind is dict:
            return self.object(value.copy(), path)
        if kind is list:
            return self.array(value, path)
        return value

    def refuse_digest(self, digest: Any) -> None:
        """A digest that occurs again is not followed again: work could otherwise grow exponentially."""
        if type(digest) is str:
            self.reasons.append(DuplicateDigest())  # section 7.1 step 4
        else:
            self.reasons.append(MalformedDigests("digest is not a string"))

    def refuse_unreferenced(self) -> None:
        """Section 7.1 step 5; this is also where a child without its parent ends."""
        self.reasons.extend(UnreferencedDisclosure() for digest in self.found if digest not in self.seen)


def _mentions_digests(value: Any) -> bool:
    """Whether `_sd`, `_sd_alg` or `...` may be inside a container, so that it has to be walked through."""
    # The encoder writes these names in one way only, whatever escapes they arrived with.
    text = orjson.dumps(value)
    return b'"_sd' in text or b'"..."' in text


def _fill(value: Any, path: Path, arrays: Mapping[Path, ArrayAsIssued]) -> Any:
    if isinstance(value, dict):
        return {name: _fill(member, (*path, name), arrays) for name, member in value.items()}
    if not isinstance(value, list):
        return value
    gaps = arrays.get(path)
    withheld = set(gaps.withheld) if gaps else set()
    elements = iter(value)
    length = gaps.length if gaps else len(value)
    return [
        WITHHELD if index in withheld else _fill(next(elements), (*path, index), arrays)
        for index in range(length)
    ]
