"""What the issuer does: one module per use case. Services await only ports."""
