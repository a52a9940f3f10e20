"""The provider's rules, without anything around them."""
