"""The OpenID provider put together, one module per piece; ``provider.py`` has one field for each."""
