"""How the verifier reaches what is not its own: status lists of issuers, the files of its operator."""
