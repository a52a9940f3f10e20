"""From an address to a list that may be believed: the request, the form of the answer, the token's checks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from specs.jose import ChainCache, TrustAnchors
from specs.token_status_list import (
    MAX_TOKEN_BYTES,
    MEDIA_TYPE,
    parse_status_list_token,
    verify_status_list_token,
)
from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient, Unreachable, usable_etag
from trillium.runtime.status_lists.kept import KeptList

LEEWAY: Final = timedelta(seconds=60)
CLOCKS_APART: Final = timedelta(seconds=5)
"""An issuer's servers sign by clocks of their own: so much older than the newest is still the newest."""
NOT_MODIFIED: Final = 304
_OK: Final = 200


class StatusListRefused(OutgoingCallFailed):
    """The server answered, but not with a status list."""


class OlderStatusList(OutgoingCallFailed):
    """The list is genuine, but a newer one has been seen: somebody plays back what was revoked since."""


@dataclass(frozen=True, slots=True)
class ListReply:
    """An answer of a server, its body bounded; nothing in it is believed yet."""

    status: int
    media_type: str
    """Lower case, without parameters; empty when there was none."""
    etag: str
    body: bytes = field(repr=False)


FetchList: TypeAlias = Callable[[str, str], Awaitable[ListReply]]
"""`(uri, etag)`: a GET that accepts status list tokens, with `If-None-Match` when `etag` is not empty.

Raises a ProtocolError for whatever kept a bounded answer from coming.
"""


def fetch_over(client: OutgoingClient) -> FetchList:
    """Over a client for strangers' addresses: up to three redirects, each hop checked anew (2.14, 3.25)."""

    async def fetch(uri: str, etag: str) -> ListReply:
        headers = {"Accept": MEDIA_TYPE} | ({"If-None-Match": etag} if etag else {})
        reply = await client.get(uri, max_bytes=MAX_TOKEN_BYTES, headers=headers, follow_redirects=True)
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        return ListReply(reply.status, media_type, reply.headers.get("etag", ""), reply.body)

    return fetch


async def fetch_nothing(_uri: str, _etag: str) -> ListReply:
    """For readers without a network: what is at hand is all there is."""
    raise Unreachable("there is no network")


def read_reply(
    reply: ListReply, uri: str, anchors: TrustAnchors, *, now: datetime, chains: ChainCache
) -> KeptList:
    """The list in an answer that brought one.

    Raises:
        StatusListRefused: the answer is none of a status list server (Token Status List section 8.2).
        ProtocolError: the token makes no statement (section 8.3); many classes.
    """
    # Errors' bodies are never used, and a 304 that was not asked for is one of them (2.14).
    if reply.status != _OK or reply.media_type != MEDIA_TYPE:
        raise StatusListRefused(f"status {reply.status}, {reply.media_type[:64]}")
    return read_token(reply.body, uri, anchors, now=now, chains=chains, etag=usable_etag(reply.etag))


def read_token(
    token: bytes | str,
    uri: str,
    anchors: TrustAnchors,
    *,
    now: datetime,
    chains: ChainCache,
    etag: str = "",
) -> KeptList:
    """A token as a list that counts as resolved at `now`: below the anchors of the credential's own issuer,
    whatever key it brings along, and checked as section 8.3 asks.

    Raises:
        ProtocolError: it makes no statement.
    """
    unverified = parse_status_list_token(token)
    # 1. The signer stands below the anchors of the issuer; the token's own word counts for nothing.
    chain = chains.verify(unverified.header.get("x5c"), anchors, now=now)
    # 2. Signature, type, subject, times, bits, bounded inflation.
    verified = verify_status_list_token(unverified, uri=uri, key=chain.key, now=now, leeway=LEEWAY)
    text = token if isinstance(token, str) else token.decode("ascii")
    return KeptList(verified, text, etag, now, anchors, chain.not_after)
