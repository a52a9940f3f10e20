"""The start page and what belongs to it, without a server; tests/browser has the rest."""
