"""What the stores of the authorization code flow promise, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.domain.authorization import (
    AuthorizationSession,
    ClientId,
    GrantId,
    SenderKeys,
    SessionState,
)
from issuer.domain.event import EventName
from tests.contracts.authorization_stores import (
    AUTHORIZATION,
    MAYA,
    NOW,
    SOON,
    AuthorizationStores,
    code,
    event,
    grant,
    open_stores,
    pushed,
    session,
)

ALMOST = SOON - timedelta(milliseconds=1)
CLIENT = AUTHORIZATION.client_id


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AuthorizationStores]:
    async with open_stores(
        request.param, tmp_path, lambda: request.getfixturevalue("postgresql_url")
    ) as opened:
        yield opened


def signed_in(started: AuthorizationSession) -> AuthorizationSession:
    return replace(
        started,
        session_hash=b"after sign-in" + started.session_hash[-1:],
        state=SessionState.CONSENTING,
        subject_ref=MAYA,
        auth_time=NOW,
    )


async def consenting(stores: AuthorizationStores, number: int = 1) -> AuthorizationSession:
    started = session(number)
    await stores.authorizations.open_session(started, event())
    assert await stores.authorizations.record_sign_in(started.session_hash, signed_in(started), event())
    return signed_in(started)


async def kept_code(stores: AuthorizationStores, number: int = 1) -> bytes:
    waiting = await consenting(stores, number)
    assert await stores.authorizations.end_session(waiting.session_hash, event(), code=code(number))
    return code(number).code_hash


class TestPushedRequests:
    async def test_4_16_it_comes_back_as_it_was_kept_and_once(self, stores: AuthorizationStores) -> None:
        await stores.authorizations.push(pushed(), event(EventName.AUTHORIZATION_PUSHED))
        take = [
            stores.authorizations.take_pushed(pushed().reference_hash, CLIENT, NOW, event())
            for _ in range(16)
        ]
        taken = [found for found in await asyncio.gather(*take) if found is not None]
        assert taken == [AUTHORIZATION]
        assert (await stores.names()).count(EventName.AUTHORIZATION_STARTED) == 1

    async def test_4_16_another_client_neither_gets_it_nor_spends_it(
        self, stores: AuthorizationStores
    ) -> None:
        await stores.authorizations.push(pushed(), event(EventName.AUTHORIZATION_PUSHED))
        reference = pushed().reference_hash
        assert await stores.authorizations.take_pushed(reference, ClientId("x"), NOW, event()) is None
        assert await stores.authorizations.take_pushed(b"reference", CLIENT, NOW, event()) is None
        assert await stores.names() == [EventName.AUTHORIZATION_PUSHED]
        assert await stores.authorizations.take_pushed(reference, CLIENT, NOW, event()) is not None

    async def test_it_ends_on_time(self, stores: AuthorizationStores) -> None:
        for number in (1, 2):
            await stores.authorizations.push(pushed(number), event())
        take = stores.authorizations.take_pushed
        assert await take(pushed(1).reference_hash, CLIENT, ALMOST, event()) is not None
        assert await take(pushed(2).reference_hash, CLIENT, SOON, event()) is None


class TestSessions:
    async def test_a_session_comes_back_as_it_was_kept(self, stores: AuthorizationStores) -> None:
        await stores.authorizations.open_session(session(), event())
        assert await stores.authorizations.find_session(session().session_hash) == session()
        assert await stores.authorizations.find_session(b"another") is None

    async def test_sign_in_happens_once_and_under_a_new_name(self, stores: AuthorizationStores) -> None:
        await stores.authorizations.open_session(session(), event())
        results = await asyncio.gather(
            *(
                stores.authorizations.record_sign_in(
                    session().session_hash,
                    replace(signed_in(session()), session_hash=bytes([number])),
                    event(EventName.AUTHORIZATION_SIGNED_IN),
                )
                for number in range(16)
            )
        )
        assert sum(results) == 1
        assert await stores.authorizations.find_session(session().session_hash) is None
        found = await stores.authorizations.find_session(bytes([results.index(True)]))
        assert found is not None
        assert (found.state, found.subject_ref, found.auth_time) == (SessionState.CONSENTING, MAYA, NOW)
        assert (await stores.names()).count(EventName.AUTHORIZATION_SIGNED_IN) == 1

    async def test_nobody_signs_in_to_a_session_that_is_over(self, stores: AuthorizationStores) -> None:
        await stores.authorizations.open_session(session(1), event())
        late = event(at=SOON)
        assert not await stores.authorizations.record_sign_in(
            session(1).session_hash, signed_in(session(1)), late
        )
        assert await stores.authorizations.end_session(session(1).session_hash, event())
        assert not await stores.authorizations.record_sign_in(
            session(1).session_hash, signed_in(session(1)), event()
        )

    async def test_of_many_consents_one_makes_a_code(self, stores: AuthorizationStores) -> None:
        waiting = await consenting(stores)
        codes = [code(number) for number in range(16)]
        results = await asyncio.gather(
            *(
                stores.authorizations.end_session(
                    waiting.session_hash, event(EventName.AUTHORIZATION_AGREED), code=one
                )
                for one in codes
            )
        )
        assert sum(results) == 1
        found = [await stores.authorizations.find_code(one.code_hash) for one in codes]
        assert [one for one in found if one is not None] == [codes[results.index(True)]]
        assert (await stores.names()).count(EventName.AUTHORIZATION_AGREED) == 1

    async def test_no_code_without_sign_in_nor_after_a_refusal_nor_too_late(
        self, stores: AuthorizationStores
    ) -> None:
        end = stores.authorizations.end_session
        await stores.authorizations.open_session(session(9), event())
        assert not await end(session(9).session_hash, event(), code=code(9))
        refused, late = await consenting(stores, 1), await consenting(stores, 2)
        assert await end(refused.session_hash, event(EventName.AUTHORIZATION_REFUSED))
        assert not await end(refused.session_hash, event(EventName.AUTHORIZATION_REFUSED))
        assert not await end(refused.session_hash, event(), code=code(1))
        assert not await end(late.session_hash, event(at=SOON), code=code(2))
        for number in (9, 1, 2):
            assert await stores.authorizations.find_code(code(number).code_hash) is None
        ended = await stores.authorizations.find_session(refused.session_hash)
        assert ended is not None
        assert ended.state is SessionState.ENDED


class TestCodes:
    async def test_a_code_is_spent_once_and_with_its_grant(self, stores: AuthorizationStores) -> None:
        code_hash = await kept_code(stores)
        grants = [grant(number) for number in range(16)]
        results = await asyncio.gather(
            *(
                stores.authorizations.spend_code(code_hash, one, event(EventName.CODE_EXCHANGED))
                for one in grants
            )
        )
        assert sum(results) == 1
        won = grants[results.index(True)]
        spent = await stores.authorizations.find_code(code_hash)
        assert spent == replace(code(), grant_id=won.grant_id)
        assert [await stores.grants.find_grant(one.grant_id) for one in grants].count(None) == 15
        assert await stores.grants.find_grant(won.grant_id) == won
        assert (await stores.names()).count(EventName.CODE_EXCHANGED) == 1

    async def test_a_code_that_expired_or_never_was_gives_nothing(self, stores: AuthorizationStores) -> None:
        code_hash = await kept_code(stores)
        assert not await stores.authorizations.spend_code(code_hash, grant(1), event(at=SOON))
        assert not await stores.authorizations.spend_code(b"never", grant(2), event())
        assert await stores.grants.find_grant(GrantId("grant-1")) is None
        assert await stores.grants.find_grant(GrantId("grant-2")) is None
        assert await stores.authorizations.spend_code(code_hash, grant(3), event(at=ALMOST))

    async def test_a_spent_code_is_remembered_for_a_day_and_the_rest_until_it_ends(
        self, stores: AuthorizationStores
    ) -> None:
        await stores.authorizations.push(pushed(), event())
        code_hash = await kept_code(stores)
        assert await stores.authorizations.purge_authorizations(ALMOST) == 0
        assert await stores.authorizations.purge_authorizations(SOON) == 2
        day = timedelta(days=1)
        assert await stores.authorizations.purge_authorizations(ALMOST + day) == 0
        assert await stores.authorizations.find_code(code_hash) is not None
        assert await stores.authorizations.purge_authorizations(SOON + day) == 1
        assert await stores.authorizations.find_code(code_hash) is None


class TestGrants:
    async def test_a_grant_comes_back_as_it_was_kept(self, stores: AuthorizationStores) -> None:
        renewable = grant(1)
        anonymous = replace(grant(2, refresh=False), client_id=None, bound_to=SenderKeys())
        for one in (renewable, anonymous):
            await stores.grants.add_grant(one, event(EventName.GRANT_CREATED))
            assert await stores.grants.find_grant(one.grant_id) == one
        assert await stores.grants.find_grant_by_refresh(b"refresh\x01") == renewable
        assert await stores.grants.find_grant_by_refresh(b"refresh\x02") is None
        assert await stores.names() == [EventName.GRANT_CREATED] * 2

    async def test_a_grant_is_revoked_once(self, stores: AuthorizationStores) -> None:
        await stores.grants.add_grant(grant(), event(EventName.GRANT_CREATED))
        results = await asyncio.gather(
            *(
                stores.grants.revoke_grant(grant().grant_id, event(EventName.CODE_USED_AGAIN))
                for _ in range(16)
            )
        )
        assert sum(results) == 1
        found = await stores.grants.find_grant_by_refresh(b"refresh\x01")
        assert found == replace(grant(), revoked=True)
        assert (await stores.names()).count(EventName.CODE_USED_AGAIN) == 1
        assert not await stores.grants.revoke_grant(GrantId("never"), event())

    async def test_a_grant_is_forgotten_when_its_time_has_passed(self, stores: AuthorizationStores) -> None:
        await stores.grants.add_grant(grant(), event())
        assert await stores.grants.purge_grants(ALMOST) == 0
        assert await stores.grants.purge_grants(SOON) == 1
        assert await stores.grants.find_grant(grant().grant_id) is None
