"""Trillium against software that nobody here wrote; README.md says which."""
