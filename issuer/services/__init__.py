"""What the issuer does: one module per use case. Services load, decide, sign and store; they await only ports."""
