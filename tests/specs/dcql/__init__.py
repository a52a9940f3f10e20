"""Tests of DCQL: grammar, claims paths, selection, choice, the verifier's check, lint."""
