"""The long run presents what is accepted; its growth is told from what came after the caches were full."""

import pytest

from bench import memory_paths
from bench.memory_paths import MANY, Growth

MEGABYTE = 1_000_000


def test_memory_that_settled_has_not_grown() -> None:
    growth = Growth([(1, 10), (2, 20), (3, 30), (4, 40), (5, 40), (6, 40)])
    assert growth.megabytes_for_many == 0
    assert growth.done == 6


def test_memory_that_leaks_a_little_each_time_is_told_for_many() -> None:
    leak = 100
    growth = Growth([(done, 50 * MEGABYTE + leak * done) for done in range(0, 1000, 10)])
    assert growth.megabytes_for_many == pytest.approx(leak * MANY / MEGABYTE)


def test_memory_that_shrinks_has_not_grown() -> None:
    assert Growth([(done, 1000 - done) for done in range(9)]).megabytes_for_many == 0


def test_the_long_run_presents_and_samples() -> None:
    growth = memory_paths.presenting(64, 30)
    assert growth.done == 64
    assert [done for done, _ in growth.samples] == sorted({done for done, _ in growth.samples})
    assert all(size > MEGABYTE for _, size in growth.samples)
