"""What can go wrong with a database, whichever it is."""


class DatabaseError(Exception):
    """A database could not do what it was asked; the text is for the log."""


class DatabaseUnavailable(DatabaseError):
    """It cannot be reached or is busy for too long: another attempt may succeed.

    A write that ends in this may or may not have been stored (a connection can break between commit and
    answer), so only writes that are safe to repeat may be repeated.
    """


class WriteFailed(DatabaseError):
    """The shared commit of a group of writes failed; its writes are not to be relied on."""
