"""The verifier's pages for people: where their templates are, and the files that they load."""

from pathlib import Path
from typing import Final

from starlette.routing import Mount

from trillium.runtime.pages import STATIC_FOLDER, PageOptions, Pages, static_address, static_mount

HERE: Final = Path(__file__).parents[1]
STATIC_NAME: Final = "verifier"


def create_pages(*, base_path: str, https: bool, sandbox: bool) -> Pages:
    """What draws the verifier's pages. ``base_path``: the path of its public URL."""
    return Pages(
        PageOptions(
            product="Trillium",
            templates=[HERE / "templates"],
            catalogues=[HERE / "locales" / "fr" / "LC_MESSAGES" / "verifier.po"],
            base_path=base_path,
            https=https,
            sandbox=sandbox,
            stylesheets=[static_address("", STATIC_NAME, HERE / "static", "css/verifier.css")],
        )
    )


def script_address(base_path: str, name: str = "present_page") -> str:
    """Of a page's script, which it can do without."""
    return static_address(base_path, STATIC_NAME, HERE / "static", f"js/{name}.js")


def static_mounts() -> list[Mount]:
    """The files that the pages load."""
    return [static_mount("runtime", STATIC_FOLDER), static_mount(STATIC_NAME, HERE / "static")]
