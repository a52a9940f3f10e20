"""Tests of the shell around the applications."""
