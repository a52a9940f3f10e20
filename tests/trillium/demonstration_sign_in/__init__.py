"""The provider for demonstrations: as strict as a real one, but for the password."""
