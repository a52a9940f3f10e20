"""Credential types as the verifier knows them: what they are called, what they have, what extends them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from specs.dcql import ClaimsPath
from specs.sd_jwt_vc import EffectiveTypeMetadata
from verifier.domain.trust import Trust


@dataclass(frozen=True, slots=True)
class KnownTypes:
    """``vcts``: by short name and by ``vct``, every type that answers for it. ``claims``: by ``vct``, where
    known."""

    vcts: Mapping[str, Sequence[str]]
    claims: Mapping[str, frozenset[ClaimsPath]] = field(default_factory=dict)

    def has_claim(self, vcts: Iterable[str], path: ClaimsPath) -> bool:
        """Whether one of the types may have the claim; a type without a description may have any."""
        return any(vct not in self.claims or _may_have(self.claims[vct], path) for vct in vcts)


def known_types(trust: Trust, descriptions: Iterable[EffectiveTypeMetadata] = ()) -> KnownTypes:
    """What follows from whom the verifier trusts, and from the Type Metadata it was given.

    A type that extends another one answers for it too (5.18), provided that somebody is trusted for that very
    type: what a type extends never says who may issue it (SD-JWT VC section 7.7).
    """
    known = {one.vct: one for one in descriptions}
    trusted = sorted({vct for issuer in trust.issuers for vct in issuer.vcts})
    vcts: dict[str, list[str]] = {}
    for vct in trusted:
        # Once more under its whole name: another issuer's type may have the same short one.
        for name in {short_name(vct), vct}:
            vcts.setdefault(name, []).append(vct)
    for vct in trusted:
        for parent in known[vct].lineage[1:] if vct in known else ():
            for name in {short_name(parent), parent}:
                answering = vcts.setdefault(name, [])
                if vct not in answering:
                    answering.append(vct)
    return KnownTypes(vcts, {vct: _paths(one) for vct, one in known.items() if one.claims})


def short_name(vct: str) -> str:
    """The type in ``<VCT_BASE>/<type>/<version>``; anything else is its own name."""
    return vct.split("/")[-2] if vct.count("/") > 1 else vct


def _may_have(described: frozenset[ClaimsPath], path: ClaimsPath) -> bool:
    """It is described, or something in it is, or it lies in a claim whose inside nobody describes."""
    if any(one[: len(path)] == path for one in described):
        return True
    around = [one for one in described if path[: len(one)] == one]
    nearest = max(around, key=len, default=())
    return bool(nearest) and not any(
        len(one) > len(nearest) and one[: len(nearest)] == nearest for one in described
    )


def _paths(description: EffectiveTypeMetadata) -> frozenset[ClaimsPath]:
    return frozenset(tuple(claim.path) for claim in description.claims)
