"""Nothing that we ship stands under a licence that ours cannot live with."""

from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT
from tools.check.licences import findings, is_strong_copyleft, licence_of, locked_names


def test_no_run_time_package_is_under_the_gpl_or_agpl() -> None:
    assert not findings(ROOT)


@pytest.mark.parametrize(
    "licence",
    [
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "GNU General Public License v3 (GPLv3)",
        "GNU Affero General Public License",
        "GPL-2.0-only OR AGPL-3.0-only",
        "GPL-3.0-only AND (MIT OR BSD-3-Clause)",
    ],
)
def test_strong_copyleft_is_found(licence: str) -> None:
    assert is_strong_copyleft(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "Apache-2.0",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "MIT OR GPL-2.0-only",
        "LGPL-3.0-or-later",
        "GNU Lesser General Public License v3 (LGPLv3)",
    ],
)
def test_other_licences_pass(licence: str) -> None:
    assert not is_strong_copyleft(licence)


def test_a_locked_package_without_licence_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "requirements" / "run.txt"
    lock.parent.mkdir()
    lock.write_text("no-such-package-here==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")

    assert findings(tmp_path) == ["requirements/run.txt: no-such-package-here is locked but not installed"]


def test_packages_for_another_platform_are_not_looked_for(tmp_path: Path) -> None:
    lock = tmp_path / "run.txt"
    lines = [
        "one==1.0 \\",
        "    --hash=sha256:00",
        "    # via two==3",
        "win==2.0 ; sys_platform == 'nowhere' \\",
        "",
    ]
    lock.write_text("\n".join(lines), encoding="utf-8")

    assert list(locked_names(lock)) == ["one"]


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ([("License-Expression", "MIT"), ("License", "other")], "MIT"),
        (
            [("Classifier", "License :: OSI Approved :: BSD License"), ("License", "long\ntext")],
            "BSD License",
        ),
        ([("License", "Apache 2.0")], "Apache 2.0"),
        ([], ""),
    ],
)
def test_the_licence_is_read_from_wherever_a_package_states_it(
    fields: list[tuple[str, str]], licence: str
) -> None:
    assert licence_of(Stated(fields)) == licence


class Stated(Distribution):
    """A package that states what it is told to."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        message = Message()
        for name, value in [("Metadata-Version", "2.4"), ("Name", "thing"), ("Version", "1"), *fields]:
            message[name] = value.replace("\n", "\n ")
        self._text = message.as_string()

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))
