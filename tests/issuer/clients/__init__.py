"""The issuer's clients against servers on loopback."""
