"""The application of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.verifier.web.counter import Counter, opened_counter


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with opened_counter(tmp_path) as opened:
        yield opened
