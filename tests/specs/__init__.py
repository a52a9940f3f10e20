"""Tests of the standards: no I/O but reading vectors, milliseconds each."""
