"""Why a trust list is not used. While there is none, nothing can be said of any issuer."""

from specs.errors import ProtocolError


class TrustListError(ProtocolError):
    """Base."""

    code = "bad_trust_list"
    text = "The trust list cannot be used."


class NoTrustList(TrustListError):
    """None has been read yet, or none is configured."""

    code = "no_trust_list"
    text = "There is no trust list."


class StaleTrustList(TrustListError):
    """The time by which its operator meant to replace it has passed."""

    code = "trust_list_stale"
    text = "The trust list is too old."


class TrustListUnreachable(TrustListError):
    """Its file or its address gives nothing."""

    code = "trust_list_unreachable"
    text = "The trust list could not be fetched."


class MalformedTrustList(TrustListError):
    """Not a document of this format; nothing in it is used."""

    code = "trust_list_malformed"
    text = "The trust list is not valid."


class WrongTrustListKey(TrustListError):
    """Not signed by a key that is configured here, or altered."""

    code = "trust_list_signature"
    text = "The trust list was not signed by its operator."


class TrustListFromTheFuture(TrustListError):
    """Its date has not come yet: a clock is wrong, here or there."""

    code = "trust_list_from_the_future"
    text = "The trust list is dated in the future."


class OlderTrustList(TrustListError):
    """A newer one was seen before: somebody brings back what its operator has replaced."""

    code = "trust_list_rolled_back"
    text = "The trust list is older than the one in use."


class ChangedTrustList(TrustListError):
    """Another content under the version that was seen before."""

    code = "trust_list_changed"
    text = "The trust list has changed without a new version."


class OtherTrustList(TrustListError):
    """A list of the same operator's, but another one than was used here."""

    code = "trust_list_other"
    text = "The trust list is another one than the one in use."


class SandboxTrustList(TrustListError):
    """It names a development authority, and this is production."""

    code = "trust_list_sandbox"
    text = "The trust list names a sandbox authority."


class BadTrustListKeys(TrustListError):
    """The file with the operator's public keys cannot be used."""

    code = "trust_list_keys"
    text = "The keys that sign the trust list cannot be read."


class BadDraft(TrustListError):
    """What an operator wrote down cannot become a list."""

    code = "bad_trust_draft"
    text = "The draft of the trust list is not valid."


class LoteError(TrustListError):
    """A list of trusted entities of somebody else's is not taken over."""

    code = "bad_lote"
    text = "The list of trusted entities cannot be used."


class MalformedLote(LoteError):
    """Not such a list, too large, too deep, or with something in it that must not be passed over."""

    code = "lote_malformed"
    text = "This is not a list of trusted entities in the form of ETSI TS 119 602."


class WrongLoteKey(LoteError):
    """Signed by nobody whose key was given, or altered."""

    code = "lote_signature"
    text = "The list of trusted entities was not signed by its operator."


class EndedLote(LoteError):
    """Its operator meant to replace it by now, or has closed it."""

    code = "lote_ended"
    text = "The list of trusted entities has ended."


class LoteFromTheFuture(LoteError):
    """Its date has not come yet."""

    code = "lote_from_the_future"
    text = "The list of trusted entities is dated in the future."


class OlderLote(LoteError):
    """A newer one was taken over before: whoever was let go since is still in this one."""

    code = "lote_rolled_back"
    text = "The list of trusted entities is older than the one of the last time."


class UndecidedLote(LoteError):
    """It names services of several kinds, and which are meant was not said."""

    code = "lote_several_services"
    text = "The list of trusted entities has services of several kinds."


class NothingToImport(LoteError):
    """Nobody in it can stand in a list of ours."""

    code = "lote_nothing"
    text = "Nobody in the list of trusted entities can be taken over."
