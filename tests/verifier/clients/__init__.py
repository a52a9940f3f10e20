"""Tests of how the verifier reaches what is not its own."""
