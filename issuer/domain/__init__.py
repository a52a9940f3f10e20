"""The rules of the issuer, pure: what can be issued, offers, issuances, status."""
