"""OpenID Connect: requests, tokens, subjects, logout."""
