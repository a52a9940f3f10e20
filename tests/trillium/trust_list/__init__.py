"""The signed trust list: format, signature, memory, renewal, commands."""
