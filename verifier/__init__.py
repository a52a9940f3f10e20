"""The verifier: asks wallets for credentials for relying services, and says what to think of them."""
