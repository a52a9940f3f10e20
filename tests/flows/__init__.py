"""The running applications, driven as their users drive them."""
