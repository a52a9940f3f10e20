"""The verifier's stores: memory for tests, SQLite and PostgreSQL for service; one contract suite over all."""
