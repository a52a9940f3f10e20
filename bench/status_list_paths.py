"""Status lists: building, publishing one change, looking up."""

import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

from token_status_list import BitArray

from bench.example import ISSUER, NOW, Example
from bench.figures import Figure, at_least, at_most, share_of, time_of
from bench.interleave import Case, Effort, Timing, measure
from specs.token_status_list import (
    StatusList,
    StatusType,
    VerifiedStatusListToken,
    create_status_list,
    parse_status_list,
    parse_status_list_token,
    prepare_status_list_token,
    verify_status_list_token,
)

GROUP = "Token Status List"
SIZE = 2**20
LARGE = 2**24
_URI = f"{ISSUER}/status-lists/q3Zb7WmK0xVt5LrP9sYd2A"
_PEER_ROUNDS = 3
_PEER_BUILD_THERE = "62 ms where the goals were set"


def figures(effort: Effort, *, large: bool) -> Iterator[Figure]:
    example = Example.create()
    indices = _indices(SIZE, 0.01)
    entries = _list_of(indices, SIZE)
    token = _signed(example, entries)
    verified = _verified(example, token)
    value = create_status_list(entries)
    timings = measure(
        [
            Case("build", lambda: _list_of(indices, SIZE).compressed()),
            Case("update", _updating(example, entries, SIZE)),
            Case("first", lambda: parse_status_list(value).get(SIZE // 2)),
            Case("verify, read", lambda: _verified(example, token).status_at(SIZE // 2)),
            Case("cached", lambda: verified.status_at(SIZE // 2)),
        ],
        effort,
    )
    peer = measure(
        [Case("build", lambda: _peer_build(indices)), Case("update", _peer_updating(indices))],
        Effort(_PEER_ROUNDS, 0.001),
    )
    yield time_of(GROUP, "build 2^20, 1 % set, compressed", timings["build"], "", at_most(0.002))
    yield _times_faster("build 2^20, 1 % set, compressed", timings["build"], peer["build"], 30)
    yield time_of(GROUP, "set one of 2^20 → signed token", timings["update"], "", at_most(0.00025))
    yield _times_faster("set one of 2^20 → signed token", timings["update"], peer["update"], 250)
    if large:
        yield _large_update(example, effort)
    for share, most in ((0.01, 1.10), (0.05, 1.0)):
        yield _size(share, most)
    yield time_of(GROUP, "look-up, list unpacked for it", timings["first"], "", at_most(0.0004))
    yield time_of(GROUP, "look-up, token read and verified for it", timings["verify, read"])
    yield time_of(GROUP, "look-up in a list that is kept", timings["cached"], "", at_most(0.3e-6))
    # Times are a machine's own: this is what the same peer took there.
    yield time_of(GROUP, "for scale: token-status-list's own build", peer["build"], _PEER_BUILD_THERE)


def _indices(size: int, share: float) -> list[int]:
    return Random(20).sample(range(size), int(size * share))


def _list_of(indices: list[int], size: int) -> StatusList:
    return StatusList.from_indices(indices, status=StatusType.INVALID, size=size, bits=1)


def _signed(example: Example, entries: StatusList) -> str:
    signer = example.signer
    prepared = prepare_status_list_token(
        entries,
        uri=_URI,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
        ttl=timedelta(minutes=5),
        algorithm=signer.algorithm,
        key_id=signer.key_id,
        x5c=signer.certificate_chain,
    )
    return prepared.attach(signer.sign_now(prepared.data))


def _verified(example: Example, token: str) -> VerifiedStatusListToken:
    return verify_status_list_token(
        parse_status_list_token(token),
        uri=_URI,
        key=example.signer.public_jwk,
        now=NOW,
        leeway=timedelta(seconds=60),
    )


def _updating(example: Example, entries: StatusList, size: int) -> Callable[[], object]:
    """Each call sets an entry somewhere else, or back."""
    random = Random(21)

    def update() -> str:
        index = random.randrange(size)
        entries.set(index, 1 - entries.get(index))
        return _signed(example, entries)

    return update


def _large_update(example: Example, effort: Effort) -> Figure:
    entries = _list_of(_indices(LARGE, 0.01), LARGE)
    timing = measure([Case("update", _updating(example, entries, LARGE))], effort)["update"]
    return time_of(GROUP, "set one of 2^24 → signed token", timing, "", at_most(0.002))


def _size(share: float, most: float) -> Figure:
    entries = _list_of(_indices(SIZE, share), SIZE)
    ours, smallest = len(entries.compressed()), len(zlib.compress(bytes(entries.data), 9))
    ratio = ours / smallest
    return Figure(
        GROUP,
        f"size of 2^20, {share:.0%} set",
        f"{ours} bytes",
        f"zlib level 9: {smallest} bytes",
        ratio,
        ratio,
        goal=at_most(most),
    )


def _times_faster(path: str, ours: Timing, theirs: Timing, times: float) -> Figure:
    """The peer is too slow to take turns with: it runs a few times, and medians and bests are compared."""
    pair = Timing((ours.best, ours.median, ours.median)), Timing((theirs.best, theirs.median, theirs.median))
    return share_of(GROUP, path, pair[0], ("token-status-list", pair[1]), at_least(times))


def _peer_build(indices: list[int]) -> object:
    entries = BitArray.of_size(1, SIZE)
    for index in indices:
        entries.set(index, 1)
    return entries.dump()


def _peer_updating(indices: list[int]) -> Callable[[], object]:
    """Without a signature."""
    entries = BitArray.of_size(1, SIZE)
    for index in indices:
        entries.set(index, 1)
    random = Random(22)

    def update() -> object:
        entries.set(random.randrange(SIZE), 1)
        return entries.dump()

    return update
