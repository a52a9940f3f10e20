"""A server process that spends codes when it is told to: ``python -m tests.verifier.openid.spend URL HASH…``.

It says ``ready``, waits for a line, and prints for each code whether this process was the first.
"""

import asyncio
import os
import sys
from datetime import timedelta

from trillium.runtime.clock import SystemClock
from trillium.runtime.database import SqliteDatabase, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.grant import TokenOfGrant
from verifier.ports_openid import GrantStore
from verifier.store.openid.grants_postgresql import PostgresqlGrants
from verifier.store.openid.grants_sqlite import SqliteGrants


async def spend(url: str, hashes: list[bytes]) -> None:
    database = open_database(url)
    if isinstance(database, SqliteDatabase):
        grants: GrantStore = SqliteGrants(database)
    else:
        grants = PostgresqlGrants(database)
    now = SystemClock().now()

    async def once(code_hash: bytes) -> bool:
        token = TokenOfGrant(token_hash=os.urandom(32), expires_at=now + timedelta(minutes=5), jkt=None)
        event = Event(EventName.CODE_EXCHANGED, Actor("relying-service"), now)
        return await grants.spend_code(code_hash, token, now, event)

    await grants.find_grant(hashes[0])
    print("ready", flush=True)  # the parent waits for it
    await asyncio.to_thread(sys.stdin.readline)
    found = await asyncio.gather(*(once(one) for one in hashes))
    print("".join("1" if first else "0" for first in found), flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(spend(sys.argv[1], [bytes.fromhex(one) for one in sys.argv[2:]]))
