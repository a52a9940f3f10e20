"""Files and addresses of lists, and the memory on disk."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from tests.trillium.runtime.local_server import serving
from tests.trillium.trust_list.material import MemoryByHand, signed, source_at, trust_list, written
from tests.verifier.issuing import NOW
from trillium.runtime.http_client import ConfiguredClient
from trillium.runtime.trust_list import AddressOfList, FileOfList, ListFile
from trillium.runtime.trust_list.errors import NoTrustList, TrustListUnreachable
from trillium.runtime.trust_list.places import NotConfigured
from trillium.runtime.trust_list.token import MAX_TOKEN_BYTES


async def test_a_file_is_read_again_when_it_was_replaced(tmp_path: Path) -> None:
    file = written(tmp_path / "list.jwt", b"one")
    place = FileOfList(file)
    assert await place.fetch() == b"one"
    assert await place.fetch() is None
    written(tmp_path / "new.jwt", b"two").replace(file)
    assert await place.fetch() == b"two"
    place.forget()
    assert await place.fetch() == b"two"


async def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(TrustListUnreachable):
        await FileOfList(tmp_path / "nothing.jwt").fetch()
    with pytest.raises(TrustListUnreachable):
        await FileOfList(tmp_path).fetch()
    large = written(tmp_path / "large.jwt", b"x" * (MAX_TOKEN_BYTES + 1))
    with pytest.raises(TrustListUnreachable, match="too large"):
        await FileOfList(large).fetch()


async def test_a_start_reads_a_file_without_waiting(tmp_path: Path) -> None:
    source = source_at(FileOfList(written(tmp_path / "list.jwt", signed())))
    source.open(NOW)
    assert source.current(NOW).version == 1
    missing = source_at(FileOfList(tmp_path / "nothing.jwt"))
    missing.open(NOW)
    assert isinstance(missing.failure, TrustListUnreachable)


async def test_no_place_at_all() -> None:
    place = NotConfigured()
    with pytest.raises(NoTrustList, match="none is configured"):
        await place.fetch()
    place.forget()
    await place.close()


def test_the_memory_keeps_the_last_list(tmp_path: Path) -> None:
    memory = ListFile(tmp_path / "trust" / "verifier.jwt")
    assert memory.read() is None
    memory.keep(b"one")
    memory.keep(b"two")
    assert ListFile(tmp_path / "trust" / "verifier.jwt").read() == b"two"
    assert (tmp_path / "trust").stat().st_mode & 0o077 == 0


def test_a_memory_that_only_looks(tmp_path: Path) -> None:
    memory = ListFile(tmp_path / "trust" / "verifier.jwt", remember=False)
    memory.keep(b"one")
    assert not (tmp_path / "trust").exists()


def test_a_memory_that_is_no_file_or_too_large_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert ListFile(tmp_path / "folder").read() is None
    assert ListFile(written(tmp_path / "large", b"x" * (MAX_TOKEN_BYTES + 1))).read() is None


async def test_a_disk_that_takes_nothing_does_not_keep_a_list_from_counting(tmp_path: Path) -> None:
    blocked = written(tmp_path / "trust", b"a file where the folder should be")
    source = source_at(
        FileOfList(written(tmp_path / "list.jwt", signed())), ListFile(blocked / "verifier.jwt")
    )
    source.open(NOW)
    assert source.current(NOW).version == 1


@dataclass
class Site:
    """A web server with one list."""

    body: bytes = field(default_factory=signed)
    status: int = 200
    etag: str = '"1"'
    location: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append(headers)
        status = 304 if self.etag and headers.get("if-none-match") == self.etag else self.status
        if self.location and scope["path"] != "/new":
            status = 302
        answer = [(b"etag", self.etag.encode("latin-1"))] if self.etag else []
        if status == 302:
            answer.append((b"location", self.location.encode()))
        await send({"type": "http.response.start", "status": status, "headers": answer})
        await send({"type": "http.response.body", "body": b"" if status in (302, 304) else self.body})


async def test_an_address_is_asked_whether_it_has_changed() -> None:
    site = Site()
    async with serving(site) as port:
        place = AddressOfList(f"http://127.0.0.1:{port}/list.jwt", ConfiguredClient())
        assert await place.fetch() == site.body
        assert await place.fetch() is None
        place.forget()
        assert await place.fetch() == site.body
        site.etag = ""
        place.forget()
        assert await place.fetch() == site.body
        assert await place.fetch() == site.body
        await place.close()
    assert [one.get("if-none-match") for one in site.asked] == [None, '"1"', None, None, None]
    assert site.asked[0]["accept"] == "application/trillium-trust-list+jwt"


@pytest.mark.parametrize("etag", ['"liste-\xe9"', f'"{"x" * 300}"'], ids=["not-ascii", "endless"])
async def test_an_etag_that_cannot_be_sent_back_does_not_end_the_renewal(etag: str) -> None:
    """RFC 9110 section 8.8.3 allows any octet from 0x80 on: the next look asks without it."""
    site = Site(etag=etag)
    async with serving(site) as port:
        place = AddressOfList(f"http://127.0.0.1:{port}/list.jwt", ConfiguredClient())
        assert await place.fetch() == site.body
        assert await place.fetch() == site.body
        await place.close()
    assert [one.get("if-none-match") for one in site.asked] == [None, None]


@pytest.mark.parametrize("status", [204, 304, 401, 404, 500, 503])
async def test_no_other_status_brings_a_list(status: int) -> None:
    """4xx and 5xx bodies are never used, whoever signed them."""
    async with serving(Site(status=status, etag="")) as port:
        place = AddressOfList(f"http://127.0.0.1:{port}/list.jwt", ConfiguredClient())
        with pytest.raises(TrustListUnreachable, match=f"status {status}"):
            await place.fetch()
        await place.close()


async def test_redirects_are_followed_as_the_operator_moves_house() -> None:
    site = Site(location="/new")
    async with serving(site) as port:
        place = AddressOfList(f"http://127.0.0.1:{port}/list.jwt", ConfiguredClient())
        assert await place.fetch() == site.body
        await place.close()


async def test_an_address_where_nobody_is() -> None:
    place = AddressOfList("http://127.0.0.1:9/list.jwt", ConfiguredClient())
    with pytest.raises(TrustListUnreachable):
        await place.fetch()
    await place.close()


async def test_an_endless_list_is_cut_off() -> None:
    async with serving(Site(body=b"x" * (MAX_TOKEN_BYTES + 1))) as port:
        place = AddressOfList(f"http://127.0.0.1:{port}/list.jwt", ConfiguredClient())
        with pytest.raises(TrustListUnreachable, match="TooLarge"):
            await place.fetch()
        await place.close()


async def test_a_list_from_an_address_is_taken_and_follows_it() -> None:
    site, memory = Site(), MemoryByHand()
    async with serving(site) as port:
        source = source_at(AddressOfList(f"http://127.0.0.1:{port}/list.jwt", ConfiguredClient()), memory)
        source.open(NOW)
        await asyncio.gather(*(source.refresh(NOW) for _ in range(5)))
        assert source.current(NOW).version == 1
        site.body, site.etag = signed(trust_list(version=2, issuers=())), '"2"'
        await source.refresh(NOW)
        assert source.current(NOW).issuers == ()
        site.status, site.etag = 500, ""
        await source.refresh(NOW)
        assert source.current(NOW).version == 2
        await source.close()
    assert len(memory.kept) == 2
