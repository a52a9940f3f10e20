"""Why a call to another server brought nothing. Details name the origin at most, never path or query."""

from specs.errors import ProtocolError


class OutgoingCallFailed(ProtocolError):
    """The base: a caller that only needs "it could not be fetched" catches this."""

    code = "upstream_unavailable"
    text = "Another service that is needed here did not answer as expected."


class RefusedUrl(OutgoingCallFailed):
    """Not https, with a user in it, or not a URL at all."""

    code = "upstream_refused"
    text = "An address in the request is not one that this service calls."


class ForbiddenAddress(RefusedUrl):
    """The host resolves to an address that is not public."""


class Unreachable(OutgoingCallFailed):
    """No such host, no connection, no valid certificate, or the connection broke."""


class TimedOut(OutgoingCallFailed):
    """No complete answer in time."""


class TooLarge(OutgoingCallFailed):
    """The answer is longer than the caller reads, on the wire or after decompression."""


class BadReply(OutgoingCallFailed):
    """The answer is not HTTP, or encoded in a way that was not asked for."""


class BadRedirect(OutgoingCallFailed):
    """A redirect where none is followed, one too many, or one to nowhere."""
