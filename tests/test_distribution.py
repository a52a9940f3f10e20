"""Every test is handed out, next to those that it shares with, and what takes long is not begun last."""

from tests.distribution import TOGETHER, in_order, piece_of

ONE_BROWSER = ["tests/browser/test_links.py::test_a", "tests/browser/test_cards.py::test_b[x::y]"]
FEW, MANY = ["tests/keys/test_a.py::test_one"], [f"tests/specs/test_b.py::test_{n}" for n in range(3)]


def placed(nodeids: list[str]) -> list[str]:
    return [nodeids[place] for place in in_order(nodeids)]


def test_a_file_stays_together() -> None:
    assert {piece_of(nodeid) for nodeid in MANY} == {"tests/specs/test_b.py"}


def test_tests_of_one_browser_or_one_wallet_stay_together() -> None:
    assert {piece_of(nodeid) for nodeid in ONE_BROWSER} == {"tests/browser/"}
    assert {piece_of(f"{folder}test_x.py::test_y") for folder in TOGETHER} == set(TOGETHER)


def test_what_waits_for_others_goes_first_and_then_the_many() -> None:
    assert placed([*FEW, *MANY, *ONE_BROWSER]) == [*ONE_BROWSER, *MANY, *FEW]


def test_no_test_is_lost_and_none_comes_twice() -> None:
    nodeids = [*MANY, *ONE_BROWSER, *FEW, "tests/bench/test_memory.py::test_c"]
    assert sorted(placed(nodeids)) == sorted(nodeids)


def test_tests_of_a_piece_keep_their_order_and_nobody_comes_between() -> None:
    mixed = [MANY[2], FEW[0], MANY[0], ONE_BROWSER[1], MANY[1], ONE_BROWSER[0]]
    assert placed(mixed) == [ONE_BROWSER[1], ONE_BROWSER[0], MANY[2], MANY[0], MANY[1], FEW[0]]
