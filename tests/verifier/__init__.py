"""Tests of the verifier, with an issuer and a holder of their own that can get everything wrong."""
