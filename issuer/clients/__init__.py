"""How the issuer reaches what is not its own: the register of residents."""
