"""Adapters to the world outside: issuers and verifiers, status lists, keys that the server holds."""
