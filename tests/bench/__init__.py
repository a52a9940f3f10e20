"""The benchmarks do what they say; how fast anything is, no test asks."""
