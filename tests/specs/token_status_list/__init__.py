"""Tests of the Token Status List: bits, compression, tokens, references, freshness, aggregation."""
