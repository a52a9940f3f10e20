"""What a presentation, a verdict, a preset and trust are: values and functions, no I/O and no clock."""
