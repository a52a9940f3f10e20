"""Tests of the verifier over HTTP, on SQLite."""
