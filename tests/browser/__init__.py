"""Every page of the server that `make run` starts, in a real browser: Chromium, driven by Playwright.

The accessibility rules come from axe-core (npm, see package.json); `make test` installs both.
"""
