"""The wallet's use cases, one module each. Whatever needs a signature is in two: prepare and complete."""
