"""How the issuer reaches what is not its own, under test."""
