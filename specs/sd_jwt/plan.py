"""Which claims of a credential type are selectively disclosable, and how many digests its credentials show.

A plan is made once per type and used for every credential of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from specs.sd_jwt.disclosure import RESERVED_NAMES, Path
from specs.sd_jwt.errors import IssuanceRefused

PathElement: TypeAlias = str | int | None
PlanPath: TypeAlias = tuple[PathElement, ...]

# RFC 9901 section 9.7: hiding one of these would let a holder drop it, and with it the check that needs it.
NEVER_DISCLOSABLE: Final = frozenset({"iss", "aud", "exp", "nbf", "cnf"})


class PlanNode:
    """What a plan says about one place in the claims."""

    __slots__ = ("decoys", "disclosable", "every", "leaf", "members", "wants_array", "wants_object")

    def __init__(self) -> None:
        self.disclosable = False
        self.decoys = 0
        self.members: dict[str | int, PlanNode] = {}
        self.every: PlanNode | None = None
        self.leaf = True  # nothing below this place is mentioned, so it is disclosable itself
        self.wants_array = False
        self.wants_object = False

    def settle(self) -> None:
        """Works out once, for this place and all below, what each credential would otherwise ask again."""
        self.wants_object = any(isinstance(name, str) for name in self.members)
        self.wants_array = self.every is not None or any(isinstance(name, int) for name in self.members)
        if self.wants_array and self.wants_object:
            raise ValueError("paths that make one claim both an object and an array")
        self.leaf = not (self.members or self.every or self.decoys)
        for node in (*self.members.values(), *([self.every] if self.every else ())):
            node.settle()

    def element(self, index: int) -> "PlanNode | None":
        """What applies to one array element: its own entry and the entry for all elements together."""
        own = self.members.get(index)
        if own is None or self.every is None:
            return own or self.every
        return _merged(own, self.every)


@dataclass(frozen=True, slots=True, eq=False)
class DisclosurePlan:
    """The selectively disclosable paths of a type (RFC 9901 sections 4.2, 6) and its decoys (section 4.2.5).

    `paths`: member names, array indices, and None for all elements of an array. A path says that the claim or
    element itself is disclosable; list a parent and its children to make both (section 4.2.6). Paths that
    lead to an absent claim do nothing, since claims may be optional.

    `decoys`: for an object or array, how many digests it shows in every credential of the type: decoys fill
    up what the claims at hand do not use, so that the number tells nothing (section 10.4). Decoys in an array
    come last, so that indices stay as issued.

    Raises ValueError for an empty path, a reserved or never disclosable name, and a total below one.
    """

    paths: tuple[PlanPath, ...] = ()
    decoys: Mapping[PlanPath, int] = field(default_factory=dict)
    root: PlanNode = field(init=False, repr=False)

    def __post_init__(self) -> None:
        root = PlanNode()
        for path in self.paths:
            _check_path(path)
            _place(root, path).disclosable = True
        for path, total in self.decoys.items():
            if total < 1:
                raise ValueError("a total of digests is at least one")
            _place(root, path).decoys = total
        root.settle()
        object.__setattr__(self, "root", root)


def disclosable_paths(claims: Mapping[str, Any], plan: DisclosurePlan) -> list[Path]:
    """The paths of these claims that the plan makes selectively disclosable, parents first."""
    return [path for path, node in _places(claims, plan.root, ()) if node.disclosable]


def count_salts(claims: Mapping[str, Any], plan: DisclosurePlan) -> int:
    """How many salts an SD-JWT with these claims needs: one per disclosure and one per decoy."""
    if not plan.decoys and all(child.leaf for child in plan.root.members.values()):
        return sum(name in claims for name in plan.root.members)
    return sum(max(node.decoys, own) for node, own in _totals(claims, plan.root))


def _children(value: Any, node: PlanNode) -> Iterator[tuple[Any, Any, PlanNode]]:
    """The members or elements of `value` that the plan mentions, with what it says about them."""
    check_shape(value, node)
    if isinstance(value, list):
        for index, element in enumerate(value):
            child = node.element(index)
            if child is not None:
                yield index, element, child
    else:
        yield from ((name, value[name], child) for name, child in node.members.items() if name in value)


def check_shape(value: Any, node: PlanNode) -> None:
    """Raises IssuanceRefused when the plan expects an object where there is an array, or the reverse.

    Passing over it would issue in the clear what the type wants hidden.
    """
    if isinstance(value, dict):
        if node.wants_array:
            raise IssuanceRefused("the plan expects an array where the claims have an object")
    elif isinstance(value, list):
        if node.wants_object:
            raise IssuanceRefused("the plan expects an object where the claims have an array")
    else:
        raise IssuanceRefused("the plan expects an object or array where the claims have neither")


def _places(value: Any, node: PlanNode, path: Path) -> Iterator[tuple[Path, PlanNode]]:
    for name, member, child in _children(value, node):
        place = (*path, name)
        yield place, child
        if not child.leaf:
            yield from _places(member, child, place)


def _totals(value: Any, node: PlanNode) -> Iterator[tuple[PlanNode, int]]:
    """Every object and array below and including `value`, with the number of its own disclosures."""
    own = 0
    for _, member, child in _children(value, node):
        own += child.disclosable
        if not child.leaf:
            yield from _totals(member, child)
    yield node, own


def _check_path(path: PlanPath) -> None:
    if not path or path[0] in NEVER_DISCLOSABLE:
        raise ValueError("a path to a claim that is never selectively disclosable")
    if not RESERVED_NAMES.isdisjoint(path):
        raise ValueError("a path with a reserved name")


def _place(root: PlanNode, path: Iterable[PathElement]) -> PlanNode:
    node = root
    for element in path:
        if element is None:
            node.every = node.every or PlanNode()
            node = node.every
        elif isinstance(element, bool) or (isinstance(element, int) and element < 0):
            raise ValueError("an array index is a non-negative integer")
        else:
            node = node.members.setdefault(element, PlanNode())
    return node


def _merged(one: PlanNode, other: PlanNode) -> PlanNode:
    result = PlanNode()
    result.disclosable = one.disclosable or other.disclosable
    result.decoys = max(one.decoys, other.decoys)
    for name in {**one.members, **other.members}:
        first, second = one.members.get(name, PlanNode()), other.members.get(name, PlanNode())
        result.members[name] = _merged(first, second)
    result.every = _merged(one.every, other.every) if one.every and other.every else one.every or other.every
    result.settle()
    return result
