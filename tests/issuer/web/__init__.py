"""The issuer over HTTP, from the outside."""
