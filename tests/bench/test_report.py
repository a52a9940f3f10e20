"""The table says what was measured, and honestly what falls short."""

import json
from pathlib import Path

import pytest

from bench.figures import Figure, Goal, Reached, at_least, at_most, duration, in_unit, share_of, time_of
from bench.interleave import Timing
from bench.report import BEGIN, END, as_json, as_markdown, as_text, write_between_marks

FIGURE = Figure("Group", "issue", "100 µs", "bare sign 40 µs", 0.4, 0.5, goal=at_least(0.45))


@pytest.mark.parametrize(
    ("goal", "median", "best", "reached"),
    [
        (at_least(0.45), 0.45, 0.5, Reached.YES),
        (at_least(0.45), 0.44, 0.5, Reached.AT_BEST),
        (at_least(0.45), 0.40, 0.44, Reached.NO),
        (at_most(0.002), 0.002, 0.001, Reached.YES),
        (at_most(0.002), 0.003, 0.001, Reached.AT_BEST),
        (at_most(0.002), 0.004, 0.003, Reached.NO),
        (None, 0.1, 0.1, Reached.NO_GOAL),
    ],
)
def test_a_goal_is_reached_by_the_median_or_at_best_or_not(
    goal: Goal | None, median: float, best: float, reached: Reached
) -> None:
    assert Figure("", "", "", "", median, best, goal=goal).reached is reached


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.456, "x", "0.46"),
        (12.34, "x", "12.3"),
        (301.2, "x", "301"),
        (0.00025, "s", "250 µs"),
        (129.4, "MB", "129 MB"),
    ],
)
def test_values_are_short(value: float, unit: str, text: str) -> None:
    assert in_unit(value, unit) == text


def test_durations_have_the_unit_that_suits_them() -> None:
    assert [duration(seconds) for seconds in (1.5, 0.0123, 4.56e-5, 8.4e-8)] == [
        "1.5 s",
        "12.3 ms",
        "45.6 µs",
        "84 ns",
    ]


def test_a_comparison_names_both_sides() -> None:
    ours, theirs = Timing((4e-5, 5e-5)), Timing((2e-5, 3e-5))
    figure = share_of("Group", "sign", ours, ("bare sign", theirs), at_least(0.8))
    assert (figure.ours, figure.against, figure.best) == ("45 µs", "bare sign 25 µs", 0.5)
    assert figure.median == pytest.approx(0.55)
    assert time_of("Group", "sign", ours, goal=at_most(1e-4)).reached is Reached.YES


def test_the_table_has_a_line_for_each_figure_under_its_group() -> None:
    lines = as_text([FIGURE], ["a machine"]).splitlines()
    assert lines[0] == "a machine"
    assert "Group" in lines
    assert " ".join(lines[-1].split()) == "issue 100 µs bare sign 40 µs 0.40 0.50 ≥ 0.45 at best"


def test_programs_get_numbers_and_the_verdict() -> None:
    [figure] = json.loads(as_json([FIGURE], ["a machine"]))["figures"]
    assert figure["median"] == 0.4
    assert figure["goal"] == {"bound": 0.45, "at_most": False}
    assert figure["reached"] == "at best"


def test_the_documentation_gets_the_table_between_its_marks(tmp_path: Path) -> None:
    file = tmp_path / "capacity.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_between_marks(file, as_markdown([FIGURE], ["a machine"]))
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\na machine")
    assert text.endswith(f"{END}\nafter\n")
    assert "| issue | 100 µs | bare sign 40 µs | 0.40 | 0.50 | ≥ 0.45 | at best |" in text
    assert "old" not in text


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.md"
    file.write_text("text\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        write_between_marks(file, "table")
    assert file.read_text(encoding="utf-8") == "text\n"
