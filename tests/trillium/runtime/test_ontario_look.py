"""The look of the pages: the Ontario Design System where it is installed, else a plain sheet of ours."""

import gzip
import re
import shutil
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from starlette.responses import Response

from tests.trillium.runtime.asgi_client import client_of, http_scope
from trillium.cli.serve import tell_look
from trillium.runtime.pages import (
    ONTARIO_SHEET,
    STATIC_FOLDER,
    PageOptions,
    Pages,
    has_ontario_look,
    static_mount,
)

SHEET = "@font-face{font-family:Raleway;src:url(fonts/raleway/raleway.woff2?v=00)}h1{color:red}"
FONT = b"wOF2 not really"
OURS = ("icon.svg", "plain.css", "base.css")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The static folder as it is in the repository."""
    for name in OURS:
        shutil.copyfile(STATIC_FOLDER / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def dressed(bare: Path) -> Path:
    """The same after `make assets`."""
    font = bare / "ontario" / "fonts" / "raleway" / "raleway.woff2"
    font.parent.mkdir(parents=True)
    font.write_bytes(FONT)
    (bare / ONTARIO_SHEET).write_text(SHEET, encoding="utf-8")
    (bare / f"{ONTARIO_SHEET}.gz").write_bytes(gzip.compress(SHEET.encode()))
    return bare


def sheets_of(static: Path, base_path: str = "") -> list[str]:
    """The style sheets of a page, without hash, in their order."""
    options = PageOptions(
        product="Trillium",
        templates=[],
        base_path=base_path,
        https=True,
        sandbox=True,
        stylesheets=["/static/app.css"],
        static=static,
    )
    context = {"text": "A text.", "request_id": "0011", "code": "a", "status": 400}
    response: Response = Pages(options).response(http_scope(), "error.html", context)
    found = re.findall(r'<link rel="stylesheet" href="([^"]*)">', bytes(response.body).decode())
    return [re.sub(r"\?v=[0-9a-f]{12}$", "", address) for address in found]


def test_a_page_links_the_design_system_first_where_it_is_installed(dressed: Path) -> None:
    assert has_ontario_look(dressed)
    assert sheets_of(dressed, "/issuer") == [
        "/issuer/static/runtime/ontario/ontario-theme.css",
        "/issuer/static/runtime/base.css",
        "/issuer/static/app.css",
    ]


def test_a_page_links_the_plain_sheet_where_it_is_not(bare: Path) -> None:
    assert not has_ontario_look(bare)
    assert sheets_of(bare) == ["/static/runtime/plain.css", "/static/runtime/base.css", "/static/app.css"]


def test_the_server_says_once_that_the_look_is_missing(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with structlog.testing.capture_logs() as logged:
        tell_look(bare)

    assert [(line["event"], line["log_level"]) for line in logged] == [("ontario_look_missing", "warning")]
    assert "make assets" in capsys.readouterr().out


def test_the_server_says_nothing_where_it_is_installed(
    dressed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with structlog.testing.capture_logs() as logged:
        tell_look(dressed)

    assert not logged
    assert not capsys.readouterr().out


async def test_sheet_and_font_are_served_with_type_and_may_be_kept(dressed: Path) -> None:
    """A browser that is told `nosniff` takes no sheet of another type."""
    app = FastAPI(routes=[static_mount("runtime", dressed)])
    async with client_of(app) as client:
        for path, kind in [
            (ONTARIO_SHEET, "text/css"),
            ("ontario/fonts/raleway/raleway.woff2", "font/woff2"),
        ]:
            answer = await client.get(f"/static/runtime/{path}?v=00")
            assert answer.status_code == 200
            assert answer.headers["content-type"].split(";")[0] == kind
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "gzip"), ("br", None), ("identity", None), ("gzip;q=0", None), ("", None)],
)
async def test_the_sheet_is_sent_compressed_to_whoever_takes_that(
    dressed: Path, accepted: str, coding: str | None
) -> None:
    app = FastAPI(routes=[static_mount("runtime", dressed)])
    async with client_of(app) as client:
        answer = await client.get(f"/static/runtime/{ONTARIO_SHEET}", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding", "a cache between us keeps them apart"
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.text == SHEET


async def test_what_has_no_compressed_file_is_sent_as_it_is(dressed: Path) -> None:
    app = FastAPI(routes=[static_mount("runtime", dressed)])
    async with client_of(app) as client:
        answer = await client.get("/static/runtime/base.css", headers={"Accept-Encoding": "gzip"})
        missing = await client.get("/static/runtime/none.css", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers
    assert missing.status_code == 404


def test_our_own_sheets_ask_for_no_other_file() -> None:
    """No fonts of others, no imports; the content security policy would refuse them anyway."""
    for name in ("plain.css", "base.css"):
        text = (STATIC_FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(r"url\(|@import|//", text)


@pytest.mark.parametrize("name", ["ontario-h1", "ontario-h2", "ontario-label", "ontario-input"])
def test_the_plain_sheet_knows_the_classes_that_the_design_system_styles(name: str) -> None:
    assert f".{name}" in (STATIC_FOLDER / "plain.css").read_text(encoding="utf-8")
