"""What the verifier does: one module per use case. Services await only ports."""
