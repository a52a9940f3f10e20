"""The OpenID provider over HTTP."""
