"""Settings of an application that goes by a trust list, and the list opened from them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from specs.jose import PublicJwk
from trillium.runtime.http_client import configured_client
from trillium.runtime.settings import Check, Refusal, SharedSettings
from trillium.runtime.tasks import BackgroundTasks
from trillium.runtime.trust_list.cache import ListFile
from trillium.runtime.trust_list.errors import BadTrustListKeys, SandboxTrustList
from trillium.runtime.trust_list.operator_keys import read_operator_keys
from trillium.runtime.trust_list.places import AddressOfList, FileOfList, ListPlace, NotConfigured
from trillium.runtime.trust_list.source import TrustListSource

FOLDER: Final = "trust"


class TrustListSettings(SharedSettings):
    """``…_TRUST_LIST`` and ``…_TRUST_LIST_KEYS``: the first needs the second."""

    trust_list: str = ""
    """The signed trust list: a file or a URL. Empty: nothing can be said of any issuer."""
    trust_list_keys: Path | None = None
    """The public keys of whoever signs it: a JWK Set or PEM. Nobody else's word counts."""

    @property
    def trust_list_is_remote(self) -> bool:
        return urlsplit(self.trust_list).scheme in ("http", "https")


def open_trust_list(
    settings: TrustListSettings, app: str, now: datetime, *, remember: bool = True
) -> TrustListSource:
    """The list of the settings, as far as it can be had without waiting. ``remember``: may files be written?

    Whatever is wrong with the list itself does not keep an application from starting: it says so when it is
    asked (``/readyz``), and takes the list when it is in order. Raises BadTrustListKeys: keys are settings.
    """
    memory = ListFile(settings.var_dir / FOLDER / f"{app}.jwt", remember=remember)
    place = _place(settings)
    keys: Sequence[PublicJwk] = ()
    if not isinstance(place, NotConfigured):
        if settings.trust_list_keys is None:
            raise BadTrustListKeys(f"{settings.setting_name('trust_list_keys')} is not set")
        keys = read_operator_keys(settings.trust_list_keys)
    source = TrustListSource(place, keys, memory, allow_sandbox=not settings.is_production)
    if keys:
        source.open(now)
    return source


def renew_in_background(tasks: BackgroundTasks, source: TrustListSource, now: Callable[[], datetime]) -> None:
    """Looks for newer lists for as long as the application runs, at once to begin with."""
    tasks.every(source.every, "renew_trust_list", lambda: source.refresh(now()))


def check_trust_list(settings: TrustListSettings, source: TrustListSource) -> Check:
    """What production does not start with: a development authority, and a list that comes over plain http.

    A list that comes later with such an authority is not used either.
    """

    def check() -> Iterable[Refusal]:
        name = settings.setting_name("trust_list")
        if settings.trust_list.startswith("http://"):
            yield Refusal(name, "must begin with https://")
        if isinstance(source.failure, SandboxTrustList):
            yield Refusal(name, "must not name a sandbox authority")

    return check


def _place(settings: TrustListSettings) -> ListPlace:
    if not settings.trust_list:
        return NotConfigured()
    if settings.trust_list_is_remote:
        return AddressOfList(settings.trust_list, configured_client(settings.outgoing_ca_file))
    return FileOfList(Path(settings.trust_list))
