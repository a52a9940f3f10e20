"""Signing in at an OpenID provider that nobody here wrote: oidc-provider (npm, see package.json)."""
