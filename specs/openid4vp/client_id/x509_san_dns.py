"""`x509_san_dns:` the client is a DNS name of its certificate (OpenID4VP 1.0 section 5.9.3)."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from specs.openid4vp.client_id.prefix import ClientId, Prefix
from specs.openid4vp.errors import ClientIdMismatch, ClientIdRefused, ResponseUriNotAllowed

_MAX_LENGTH: Final = 253
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def create_x509_san_dns(name: str) -> ClientId:
    """The client identifier for a DNS name. ValueError when it is none."""
    if not _is_name(name):
        raise ValueError("not a DNS name")
    return ClientId(f"{Prefix.X509_SAN_DNS}:{name}", Prefix.X509_SAN_DNS, name)


def verify_x509_san_dns(client_id: ClientId, san_dns: Sequence[str], response_uri: str | None) -> None:
    """Returns when the client is named in its certificate and the answer stays on that host.

    `san_dns`: the dNSName entries of a leaf whose chain is verified. Names are equal but for case (RFC 4343);
    a wildcard entry stands for no client. `response_uri` None: through the browser, where the rule about the
    host does not apply. Raises ClientIdRefused (not a DNS name), ClientIdMismatch,
    ResponseUriNotAllowed.
    """
    if not _is_name(client_id.value):
        raise ClientIdRefused("not a DNS name")
    name = client_id.value.lower()
    if name not in {one.lower() for one in san_dns}:
        raise ClientIdMismatch("dNSName")
    # The host, without the port: no answer leaves for a host that the certificate does not name. There is no
    # list of clients that may choose freely.
    if response_uri is not None and urlsplit(response_uri).hostname != name:
        raise ResponseUriNotAllowed("host")


def _is_name(value: str) -> bool:
    return len(value) <= _MAX_LENGTH and _NAME.fullmatch(value) is not None
