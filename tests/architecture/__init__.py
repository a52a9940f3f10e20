"""Rules about the code itself: layers, purity, size, packaging, and that lists match what exists."""
