"""Stores of the OpenID provider, one module per capability and database."""
