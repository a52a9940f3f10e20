"""The tests. Layout: CONTRIBUTING.md."""
