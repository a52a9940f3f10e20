"""Checks that no ready-made tool does. `python -m tools.check` runs them all and prints every finding.

Each module has `findings(root) -> list[str]`: one line per thing that is wrong, nothing when all is well.
"""
