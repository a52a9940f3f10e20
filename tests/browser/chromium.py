"""The machine's own Chromium, started so that it calls nobody but the server under test."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.patience import PATIENCE_MS

NAMES = ("chromium", "chromium-browser")
# Of several such lists the browser goes by the last, so this one holds what Playwright switches off, too.
SWITCHED_OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    # Pages that every window loads below its address bar, where nobody sees them: ten times what ours cost.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(SWITCHED_OFF)}",
)

# Five seconds, what it is without this, is little on a machine with much else to do.
expect.set_options(timeout=PATIENCE_MS)


def find_chromium() -> str:
    """Its path. A machine without it fails the tests, it does not skip them."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium on this machine: run `make test`, or tools/install_system_packages.sh")
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One browser with a fresh profile."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=QUIET, timeout=PATIENCE_MS
        )
        try:
            yield browser
        finally:
            await browser.close()
