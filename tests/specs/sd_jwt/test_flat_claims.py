"""Credentials whose digests are at the top or one level below: processed in one go, as by the full walk."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from specs.sd_jwt.process import examine_claims
from tests.specs.sd_jwt.material import digest, disclosure

# Has no digest, but makes the payload one that has to be walked through.
_NESTED: dict[str, Any] = {"walked": [{"_sd": []}]}
_values: st.SearchStrategy[Any] = st.sampled_from(
    [
        1,
        "a",
        "...",
        "_sd",
        '"_sd',
        None,
        {"a": [1]},
        ["..."],
        {"_sd": []},
        [{"...": "d" * 43}],
        {"_sd_alg": 1},
    ]
)
_names = st.sampled_from(["a", "b", "c", "_sd_alg", "..."])
_shown = st.lists(st.tuples(_names, _values) | st.tuples(_values), max_size=4)
_extra = st.lists(st.sampled_from(["x" * 43, "y" * 43, 1, None]), max_size=3)


def _both(payload: dict[str, Any], disclosures: list[str]) -> None:
    quick, reasons = examine_claims(payload, disclosures)
    walked, expected = examine_claims({**payload, **_NESTED}, disclosures)
    assert sorted(map(repr, reasons)) == sorted(map(repr, expected))
    assert (quick is None) == (walked is None)
    if quick is None or walked is None or reasons:
        return
    assert walked.claims.pop("walked") == [{}]
    assert quick == walked


@given(
    clear=st.dictionaries(_names, _values, max_size=3),
    shown=_shown,
    extra=_extra,
    dropped=st.integers(0, 4),
    twice=st.booleans(),
)
@example(clear={}, shown=[], extra=[], dropped=0, twice=False)
@example(clear={}, shown=[("a", 1), ("b", 2)], extra=["x" * 43], dropped=0, twice=False)
@example(clear={"a": 1}, shown=[("a", 1)], extra=[], dropped=0, twice=False)
@example(clear={}, shown=[("a", 1), ("a", 2)], extra=[], dropped=0, twice=False)
@example(clear={}, shown=[("a", 1)], extra=[], dropped=1, twice=False)
@example(clear={}, shown=[("a", 1)], extra=["x" * 43], dropped=1, twice=False)
@example(clear={}, shown=[("a", 1)], extra=[], dropped=0, twice=True)
@example(clear={}, shown=[(1,)], extra=[], dropped=0, twice=False)
@example(clear={"b": {"_sd": []}}, shown=[("a", 1)], extra=["x" * 43, "x" * 43], dropped=0, twice=False)
def test_one_go_and_the_walk_agree(
    clear: dict[str, Any], shown: list[tuple[Any, ...]], extra: list[Any], dropped: int, twice: bool
) -> None:
    """1.24 to 1.28: for claims that are good and for every way in which they are not."""
    made = [disclosure(f"salt-{number}", *content) for number, content in enumerate(shown)]
    digests: list[Any] = [*extra, *(its_digest for _, its_digest in made[dropped:])]
    encoded = [text for text, _ in made]
    _both({**clear, "_sd": digests}, encoded + encoded[: int(twice)])


@given(
    clear=st.dictionaries(_names, _values, max_size=2),
    shown=_shown,
    below=st.lists(st.booleans(), min_size=4, max_size=4),
    extra=_extra,
    inner=st.dictionaries(_names, _values, max_size=2),
)
@example(clear={}, shown=[("a", 1)], below=[True] * 4, extra=[], inner={})
@example(clear={}, shown=[("a", 1), ("a", 2)], below=[True, False] * 2, extra=[], inner={})
@example(clear={}, shown=[("a", 1), ("a", 2)], below=[True] * 4, extra=["x" * 43], inner={})
@example(clear={}, shown=[("a", 1)], below=[True] * 4, extra=["x" * 43], inner={"a": 2})
@example(clear={"o": 1}, shown=[("a", 1), ("b", 2)], below=[True, False] * 2, extra=[], inner={"b": 1})
@example(clear={}, shown=[], below=[True] * 4, extra=["x" * 43, "x" * 43], inner={"_sd": 1})
def test_one_go_and_the_walk_agree_below_the_top(
    clear: dict[str, Any],
    shown: list[tuple[Any, ...]],
    below: list[bool],
    extra: list[Any],
    inner: dict[str, Any],
) -> None:
    """1.24 to 1.28: digests at the top and in two objects there; a decoy may stand in two places."""
    made = [disclosure(f"salt-{number}", *content) for number, content in enumerate(shown)]
    top: list[Any] = [its_digest for (_, its_digest), deep in zip(made, below, strict=False) if not deep]
    deep: list[Any] = [its_digest for (_, its_digest), deep in zip(made, below, strict=False) if deep]
    payload = {"first": {**inner, "_sd": deep + extra}, "second": {"_sd": ["z" * 43]}, **clear, "_sd": top}
    _both(payload, [text for text, _ in made])
    _both({**payload, "_sd": top + extra[:1]}, [text for text, _ in made])


def test_a_payload_without_digests() -> None:
    _both({"a": 1}, [])
    _both({"a": 1}, [disclosure("salt", "b", 2)[0]])
    _both({"a": 1, "_sd": {}}, [])
    _both({"a": 1, "_sd": [], "_sd_alg": "sha-256"}, [])
    text, _ = disclosure("salt", "b", {"_sd": [digest("x")]})
    _both({"_sd": [digest(text)]}, [text])
