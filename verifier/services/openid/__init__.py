"""Signing in with a credential: the use cases of the OpenID provider."""
