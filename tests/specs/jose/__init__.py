"""Tests of signed tokens, keys and certificate chains."""
