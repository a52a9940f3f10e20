"""Serving lists from memory: the store is asked for news only, and everybody gets the same bytes."""

import gzip
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from issuer.domain.records import ListId
from issuer.domain.status import StatusChange
from issuer.errors import UnknownStatusList
from issuer.services.serve_status_list import ServeStatusLists
from issuer.services.sign_status_list import TOKEN_TTL
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, IssuerInMemory


@dataclass
class Counting:
    """Counts what the store is asked for."""

    store: Any
    asked: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self.store, name)


async def issuer_and_list() -> tuple[IssuerInMemory, ListId]:
    issuer = IssuerInMemory()
    [credential] = await issuer.issue()
    assert credential.status is not None
    return issuer, ListId(credential.status.uri.rpartition("/")[2])


def serving(issuer: IssuerInMemory) -> tuple[ServeStatusLists, Counting]:
    counting = Counting(issuer.store)
    return replace(issuer.issuer.lists, store=counting, _served={}), counting


async def test_a_list_is_read_once_and_then_served_from_memory() -> None:
    issuer, list_id = await issuer_and_list()
    serve, counting = serving(issuer)
    first = await serve.get(list_id)
    assert first.token == (await issuer.store.token(list_id)).token
    assert [await serve.get(list_id) for _ in range(5)] == [first] * 5
    assert counting.asked == ["token"]


async def test_a_new_edition_is_seen_with_the_next_refresh_and_nothing_else_is_loaded() -> None:
    issuer, list_id = await issuer_and_list()
    serve, counting = serving(issuer)
    before = await serve.get(list_id)
    assert await serve.refresh() == 0
    await issuer.issuer.statuses.of_person(MAYA, StatusChange.REVOKE, actor=CLERK, reason="lost")
    await issuer.issuer.publisher.publish_pending()
    assert await serve.get(list_id) == before
    assert await serve.refresh() == 1
    after = await serve.get(list_id)
    assert (before.version, after.version) == (1, 2)
    assert before.etag != after.etag
    assert counting.asked == ["token", "token_versions", "token_versions", "token"]


async def test_both_forms_carry_the_same_token_and_different_validators() -> None:
    issuer, list_id = await issuer_and_list()
    served = await serving(issuer)[0].get(list_id)
    assert gzip.decompress(served.gzipped) == served.token
    assert served.etag != served.etag_gzipped
    for etag in (served.etag, served.etag_gzipped):
        assert etag[0] == etag[-1] == '"'
    assert served.max_age == TOKEN_TTL.total_seconds()  # 3.19


async def test_two_processes_serve_the_same_bytes_under_the_same_validators() -> None:
    issuer, list_id = await issuer_and_list()
    assert await serving(issuer)[0].get(list_id) == await serving(issuer)[0].get(list_id)


async def test_an_unknown_list_is_refused_and_not_remembered() -> None:
    serve, _ = serving(IssuerInMemory())
    for name in ("nowhere", "", "../etc/passwd"):
        with pytest.raises(UnknownStatusList):
            await serve.get(ListId(name))
    assert not serve._served
