"""What surrounds the OpenID provider: a field for each store, and the way to other servers."""

from dataclasses import dataclass

from trillium.runtime.database import Database, SqliteDatabase
from trillium.runtime.http_client import OutgoingClient
from verifier.clients.openid.back_channel import HttpBackChannel
from verifier.ports_openid import (
    BackChannel,
    GrantStore,
    LoginStore,
    LogoutMessageStore,
    OpenIdClientStore,
    ReplayStore,
    SessionStore,
)
from verifier.store.openid.clients_postgresql import PostgresqlOpenIdClients
from verifier.store.openid.clients_sqlite import SqliteOpenIdClients
from verifier.store.openid.grants_postgresql import PostgresqlGrants
from verifier.store.openid.grants_sqlite import SqliteGrants
from verifier.store.openid.logins_postgresql import PostgresqlLogins
from verifier.store.openid.logins_sqlite import SqliteLogins
from verifier.store.openid.logouts_postgresql import PostgresqlLogouts
from verifier.store.openid.logouts_sqlite import SqliteLogouts
from verifier.store.openid.replays_postgresql import PostgresqlReplays
from verifier.store.openid.replays_sqlite import SqliteReplays


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdOutside:
    """``client``: for addresses that somebody else has chosen."""

    client: OutgoingClient
    clients: OpenIdClientStore
    grants: GrantStore
    logins: LoginStore
    sessions: SessionStore
    logouts: LogoutMessageStore
    back_channel: BackChannel
    replays: ReplayStore


def open_openid(database: Database, client: OutgoingClient) -> OpenIdOutside:
    """Everything outside of the provider, in service."""
    if isinstance(database, SqliteDatabase):
        return OpenIdOutside(
            client=client,
            clients=SqliteOpenIdClients(database),
            grants=SqliteGrants(database),
            logins=SqliteLogins(database),
            sessions=SqliteLogins(database),
            logouts=SqliteLogouts(database),
            back_channel=HttpBackChannel(client),
            replays=SqliteReplays(database),
        )
    return OpenIdOutside(
        client=client,
        clients=PostgresqlOpenIdClients(database),
        grants=PostgresqlGrants(database),
        logins=PostgresqlLogins(database),
        sessions=PostgresqlLogins(database),
        logouts=PostgresqlLogouts(database),
        back_channel=HttpBackChannel(client),
        replays=PostgresqlReplays(database),
    )
