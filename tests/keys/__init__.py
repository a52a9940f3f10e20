"""Tests of key custody."""
