"""The credential issuer: its authorization server, credential endpoint and status lists."""
