"""Short files, short functions, names with a subject: in what is shipped and in the tests."""

from pathlib import Path

from tests.architecture.source_tree import ROOT
from tools.check.size_budget import findings


def test_every_file_and_function_is_within_the_budget() -> None:
    found = findings(ROOT)

    assert not found, "\n".join(found)


def test_a_file_over_the_limit_is_found_in_tests_too(tmp_path: Path) -> None:
    write(tmp_path, "specs/long.py", "x = 1\n" * 401)
    write(tmp_path, "specs/full.py", "x = 1\n" * 400)
    write(tmp_path, "tests/specs/test_long.py", "x = 1\n" * 401)

    assert names_in(findings(tmp_path)) == ["specs/long.py", "tests/specs/test_long.py"]


def test_a_function_over_the_limit_is_found_but_comments_and_docstrings_are_free(tmp_path: Path) -> None:
    free = '    """One\n    two\n    """\n\n    # why\n'
    write(tmp_path, "keys/long.py", "def sign():\n" + free + "    x = 1\n" * 50)
    write(tmp_path, "keys/full.py", "async def sign():\n" + free + "    x = 1\n" * 49)
    write(tmp_path, "tests/keys/test_sign.py", "def test_sign():\n" + "    x = 1\n" * 60)

    assert findings(tmp_path) == ["keys/long.py:1: sign has 51 lines of code, the limit is 50"]


def test_a_name_without_a_subject_is_found(tmp_path: Path) -> None:
    for name in (
        "specs/utils.py",
        "issuer/web/helpers/x.py",
        "verifier/key_manager.py",
        "keys/management.py",
    ):
        write(tmp_path, name, "")

    assert names_in(findings(tmp_path)) == [
        "issuer/web/helpers/x.py",
        "specs/utils.py",
        "verifier/key_manager.py",
    ]


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def names_in(found: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in found]
