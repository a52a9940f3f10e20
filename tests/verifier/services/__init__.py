"""Tests of the verifier's use cases, over stores in memory."""
