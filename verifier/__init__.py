"""The verifier: asks wallets for credentials on behalf of relying services, and says what to think of them."""
