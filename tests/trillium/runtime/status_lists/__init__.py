"""Tests of the one reader of status lists that verifier and wallet share."""
