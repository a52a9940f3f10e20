"""The OpenID provider calls other people's servers."""
