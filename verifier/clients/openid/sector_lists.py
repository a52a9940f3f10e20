"""``SectorLists`` over HTTP: somebody else has chosen the address."""

from specs.encoding import EncodingError, parse_json
from specs.openid_connect import MAX_SECTOR_LIST_BYTES
from trillium.runtime.http_client import OutgoingCallFailed, OutgoingClient

MAX_DEPTH = 2


class HttpSectorLists:
    """``client``: the one for addresses of strangers."""

    def __init__(self, client: OutgoingClient) -> None:
        self._client = client

    async def listed(self, uri: str) -> object:
        """The JSON there. No redirect is followed: the host vouches for the list, and nobody else."""
        try:
            reply = await self._client.get(uri, max_bytes=MAX_SECTOR_LIST_BYTES)
            if reply.status != 200:
                return None
            return parse_json(reply.body, max_bytes=MAX_SECTOR_LIST_BYTES, max_depth=MAX_DEPTH)
        except (OutgoingCallFailed, EncodingError):
            return None
