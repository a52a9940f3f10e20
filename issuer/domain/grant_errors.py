"""Why a token request with a code or a refresh token is refused (RFC 6749 section 5.2, ``invalid_grant``)."""

from specs.oauth.errors import InvalidGrant


class UnknownCode(InvalidGrant):
    """Never given out, or forgotten."""


class SpentCode(InvalidGrant):
    """Used before. RFC 6749 section 4.1.2: what it gave is revoked, for two have it who should be one."""


class ExpiredCode(InvalidGrant):
    """Older than a minute."""


class ForeignCode(InvalidGrant):
    """Given to another client, or asked for with another redirect URI (RFC 6749 section 4.1.3)."""


class OtherSenderKey(InvalidGrant):
    """Bound to a key that the request does not prove (RFC 9449 section 10, RFC 9700 section 4.14.2)."""

    text = "The request does not prove the key that this grant is bound to."


class UnknownRefreshToken(InvalidGrant):
    """Never given out, revoked, too old, or another client's."""

    text = "The refresh token is not valid."


class RenewalRefused(InvalidGrant):
    """A card of this grant is suspended or revoked: who finds a stolen phone must not get fresh copies."""

    text = "The credential was suspended or revoked and is not renewed."
