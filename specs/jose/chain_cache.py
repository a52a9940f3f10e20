"""A memory for verified chains: a chain costs two signature checks and is the same for every credential."""

from datetime import datetime
from typing import Final

from specs.jose.x5c import TrustAnchors, VerifiedChain, parse_x5c, verify_chain

_MAX_CHAINS: Final = 256


class ChainCache:
    """Verified chains by what was sent and by the version of the anchors, until the earliest `not_after`.

    Keyed by the whole `x5c` and not by the leaf alone, so that a header is accepted or refused whatever came
    before it. Refusals are not remembered. It holds no clock: `now` is handed in.
    """

    def __init__(self, *, max_chains: int = _MAX_CHAINS) -> None:
        self._max_chains = max_chains
        self._chains: dict[tuple[tuple[str, ...], str], VerifiedChain] = {}

    def verify(self, value: object, anchors: TrustAnchors, *, now: datetime) -> VerifiedChain:
        """The same answer and the same errors as verify_chain(parse_x5c(value), …)."""
        # The header of a parsed token is made of tuples and needs no copy.
        sent = value if type(value) is tuple else _strings(value)
        if sent is None:
            return verify_chain(parse_x5c(value), anchors, now=now)
        try:
            # Every key is a tuple of strings, and so is what equals one.
            known = self._chains.get((sent, anchors.version))
        except TypeError:  # objects among the strings
            known = None
        if known is not None and known.not_before <= now <= known.not_after:
            return known
        chain = verify_chain(parse_x5c(value), anchors, now=now)
        self._chains[sent, anchors.version] = chain
        if len(self._chains) > self._max_chains:
            # The oldest goes. Only chains below our anchors come in, so a stranger can't push them out.
            del self._chains[next(iter(self._chains))]
        return chain


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(element, str) for element in value):
        return tuple(value)
    return None
