"""What the wallet keeps and decides: values and functions, no I/O and no clock."""
