"""The wallet's stores: memory for tests and a headless holder, SQLite and PostgreSQL for service."""
