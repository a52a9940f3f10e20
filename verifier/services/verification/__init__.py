"""What the numbered steps of a decision do, one module each; services/verify_presentation.py runs them."""
