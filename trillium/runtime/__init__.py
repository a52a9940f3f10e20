"""What a server needs: database, outgoing calls, errors, pages, logs. Knows none of the applications."""
