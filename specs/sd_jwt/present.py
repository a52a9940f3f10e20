"""The holder's choice: which disclosures go into a presentation (RFC 9901 sections 4 and 4.2.6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from specs.sd_jwt.digest import DigestAlgorithm, digest_algorithm_of
from specs.sd_jwt.disclosure import Path
from specs.sd_jwt.errors import UnknownDisclosurePath
from specs.sd_jwt.parse import UnverifiedSdJwt
from specs.sd_jwt.plan import PlanPath
from specs.sd_jwt.process import WITHHELD, ProcessedClaims, process_claims


@dataclass(frozen=True, slots=True)
class HeldSdJwt:
    """A holder's own SD-JWT, opened: what is in it, and the disclosures to show it with.

    Its signature was verified when it was received; here it is only read.
    """

    sd_jwt: UnverifiedSdJwt
    processed: ProcessedClaims


@dataclass(frozen=True, slots=True)
class Presentation:
    """An SD-JWT with the chosen disclosures and no key binding yet."""

    text: str
    """`<JWT>~<D>~...~<D>~`: may be sent as it is where no key binding is asked for."""
    disclosures: tuple[str, ...]
    algorithm: DigestAlgorithm


def open_held_sd_jwt(sd_jwt: UnverifiedSdJwt) -> HeldSdJwt:
    """Opens a holder's own SD-JWT. Open it once: for the question which claims to show and for showing them.

    Raises SdJwtRejected when digests and disclosures do not fit together, ValueError for a presentation.
    """
    if sd_jwt.key_binding_jwt is not None:
        raise ValueError("a holder keeps the SD-JWT as it was issued, not a presentation")
    return HeldSdJwt(sd_jwt, process_claims(sd_jwt.payload, sd_jwt.disclosures))


def select_disclosures(
    held: HeldSdJwt, paths: Iterable[PlanPath], *, with_descendants: bool = False
) -> Presentation:
    """The SD-JWT with exactly the disclosures that these claims need: their own and their parents'.

    A path holds member names, indices as issued and None for all elements of an array. What is selectively
    disclosable below a claim stays hidden unless it is named too, or `with_descendants` is set. Permanently
    disclosed claims need nothing. Raises UnknownDisclosurePath for a claim that the SD-JWT does not have.
    """
    sd_jwt, processed = held.sd_jwt, held.processed
    chosen: set[str] = set()
    for path in paths:
        for place in _places(processed, path):
            _choose(processed, place, chosen)
            if with_descendants:
                _choose_below(processed, place, chosen)
    kept = tuple(disclosure for disclosure in sd_jwt.disclosures if disclosure in chosen)
    jwt = sd_jwt.presented[: sd_jwt.presented.index("~")]
    return Presentation("~".join((jwt, *kept, "")), kept, digest_algorithm_of(sd_jwt.payload))


def _choose(processed: ProcessedClaims, place: Path, chosen: set[str]) -> None:
    """Section 4.2.6: a disclosure without its parents' would be unreferenced."""
    for depth in range(1, len(place) + 1):
        disclosure = processed.disclosed.get(place[:depth])
        if disclosure is not None:
            chosen.add(disclosure)


def _choose_below(processed: ProcessedClaims, place: Path, chosen: set[str]) -> None:
    depth = len(place)
    chosen.update(disclosure for path, disclosure in processed.disclosed.items() if path[:depth] == place)


def _places(processed: ProcessedClaims, path: PlanPath) -> list[Path]:
    """The claims a path names. Most are disclosures of their own, which needs no walk through the claims."""
    if path in processed.disclosed:
        return [path]  # type: ignore[list-item]  # a key of `disclosed` has no None in it
    places = list(_walk(processed.claims_as_issued(), path, ()))
    if not places:
        raise UnknownDisclosurePath(f"path of {len(path)} elements")
    return places


def _walk(value: Any, path: PlanPath, place: Path) -> Iterator[Path]:
    if not path:
        if value is not WITHHELD:
            yield place
        return
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        if isinstance(first, str) and first in value:
            yield from _walk(value[first], rest, (*place, first))
    elif isinstance(value, list):
        for index in range(len(value)) if first is None else (first,):
            if isinstance(index, int) and 0 <= index < len(value):
                yield from _walk(value[index], rest, (*place, index))
