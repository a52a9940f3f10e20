"""Tests of the verifier's rules."""
