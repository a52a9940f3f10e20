"""Pairwise subject identifiers (OpenID Connect Core 1.0 section 8.1): who a person is to one sector, only.

A keyed function of the sector, the credential's issuer and a claim that stays with the person. Without the
key nobody can go back from a `sub` to the claim, guess it, or see that two belong to one person.
"""

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

from specs.encoding import b64url_encode
from specs.oauth import has_app_scheme, is_loopback
from specs.openid_connect.errors import InvalidSector

MAX_SUBJECT_LENGTH: Final = 255
MAX_SECTOR_LIST_BYTES: Final = 65_536
_TAG: Final = b"pairwise subject 1\x00"
_MAC_BYTES: Final = 32
_LENGTH_BYTES: Final = 4

Mac = Callable[[bytes], bytes]
"""A keyed hash of 32 bytes or more: the `pairwise_subject` secret's."""


def sector_of(redirect_uris: Collection[str], sector_identifier_uri: str | None) -> str:
    """The sector of a client, from accepted URIs.

    The host of `sector_identifier_uri` (its list has to hold every redirect URI: check_sector_list), or of
    the redirect URIs when it is one. On this machine every port is a service of its own, so that there the
    port belongs to the sector; a scheme of an app's own is the app's sector. Raises InvalidSector.
    """
    if sector_identifier_uri is not None:
        return _sector(sector_identifier_uri)
    sectors = {_sector(uri) for uri in redirect_uris}
    if len(sectors) != 1:
        # Section 8.1, last paragraph: then the client has to say which one it is.
        raise InvalidSector("several hosts, or none")
    return sectors.pop()


def check_sector_list(redirect_uris: Collection[str], listed: object) -> None:
    """Returns when the array of `sector_identifier_uri` holds all redirect URIs (Registration section 5).

    Otherwise anybody could put themselves into somebody else's sector. Raises InvalidSector.
    """
    if not isinstance(listed, list) or not set(redirect_uris).issubset(
        entry for entry in listed if isinstance(entry, str)
    ):
        raise InvalidSector("a redirect URI is not in the list")


def subject_input(sector: str, credential_issuer: str, stable_claim: str, preset: str | None) -> bytes:
    """The bytes to be keyed. `preset`: its id for a subject per preset, None for one per sector.

    Every part has its length before it, so that two lists of parts never give the same bytes. ValueError for
    an empty part: everybody without the claim would be one person.
    """
    parts = [sector, credential_issuer, stable_claim]
    if not all(parts) or preset == "":
        raise ValueError("an empty part of a subject")
    spelled = [part.encode() for part in (*parts, *([] if preset is None else [preset]))]
    return _TAG + b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in spelled)


def subject_from_mac(mac: bytes) -> str:
    """The `sub` of a keyed hash: 43 characters. ValueError for fewer than 32 bytes."""
    if len(mac) < _MAC_BYTES:
        raise ValueError("a MAC of at least 32 bytes is needed")
    return b64url_encode(mac[:_MAC_BYTES])


def ephemeral_subject(random: bytes) -> str:
    """A `sub` that means nobody and looks like any other. `random`: 32 fresh bytes (ValueError otherwise)."""
    if len(random) != _MAC_BYTES:
        raise ValueError("32 random bytes are needed")
    return b64url_encode(random)


def _sector(uri: str) -> str:
    parts = urlsplit(uri)
    if has_app_scheme(uri):
        # The colon keeps it apart from every host.
        return f"{parts.scheme}:"
    host = parts.hostname
    if not host:
        raise InvalidSector("no host")
    if is_loopback(uri):
        return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    return host
