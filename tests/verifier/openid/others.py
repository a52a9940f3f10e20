"""Other people's servers, by hand: documents by their address; everything else is out of reach."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import orjson

from trillium.runtime.http_client import Reply, Unreachable


@dataclass
class OthersByHand:
    """In the place of the client for addresses of strangers."""

    documents: dict[str, Any] = field(default_factory=dict)
    """Bytes are sent as they are, everything else as JSON."""
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def get(self, url: str, *, max_bytes: int, **_: Any) -> Reply:
        await asyncio.sleep(0)
        self.asked.append(url)
        if url not in self.documents:
            raise Unreachable("by hand")
        found = self.documents[url]
        return Reply(url, self.status, {}, found if isinstance(found, bytes) else orjson.dumps(found))
