"""Taking turns, and what is made of the rounds."""

import pytest

from bench.interleave import Case, Effort, Timing, measure


def test_cases_take_turns_and_every_other_round_runs_backwards() -> None:
    calls: list[str] = []

    def noting(name: str) -> Case:
        return Case(name, lambda: calls.append(name))

    timings = measure([noting("A"), noting("B"), noting("C")], Effort(rounds=3, slice_seconds=0.0001))
    turns = [name for place, name in enumerate(calls) if place == 0 or calls[place - 1] != name]
    # First each is tried to see how many calls fill a slice; C B A follow A B C without a change of name.
    assert "".join(turns) == "ABC" + "ABC" + "BA" + "BC"
    assert {name: len(timing.rounds) for name, timing in timings.items()} == {"A": 3, "B": 3, "C": 3}


def test_a_share_is_the_median_of_what_each_round_says() -> None:
    limit, ours = Timing((1.0, 2.0, 3.0)), Timing((2.0, 2.5, 12.0))
    assert ours.share_of(limit) == 0.5
    assert ours.best_share_of(limit) == 0.5
    assert (ours.median, ours.best) == (2.5, 2.0)


def test_sides_that_did_not_take_turns_are_not_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        Timing((1.0,)).share_of(Timing((1.0, 2.0)))
