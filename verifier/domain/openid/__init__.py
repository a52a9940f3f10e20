"""Signing in with a credential: what an OpenID provider knows of clients, logins, grants and subjects."""
