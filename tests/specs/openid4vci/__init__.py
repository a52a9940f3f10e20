"""Tests of the OpenID4VCI messages."""
