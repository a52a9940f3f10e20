"""The provider of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.verifier.openid.relying import Library, opened_library


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with opened_library(tmp_path) as opened:
        yield opened
