"""Nothing in the repository names a package index, one machine's folders, or a private key."""

from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT
from tools.check.leaks import findings

PEM = "-" * 5 + "BEGIN EC PRIVATE KEY" + "-" * 5
JWK = '{"kty": "EC", "d' + '": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}'


def test_nothing_is_leaked() -> None:
    found = findings(ROOT)

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements/run.txt", "--index-url https://index.example/simple\n"),
        ("requirements/run.txt", "--find-links wheels\n"),
        ("requirements.txt", "thing @ https://index.example/thing.whl\n"),
        ("tests/interop/package-lock.json", '{"resolved": "https://registry.example/thing.tgz"}'),
        (".npmrc", "registry=//registry.example/\n"),
        ("Makefile", "run:\n\t/" + "home/ada/bin/trillium\n"),
        ("keys/signer.py", f'KEY = """{PEM}\n'),
        ("issuer/credential_types/key.json", JWK),
        ("docs/server.key", ""),
    ],
)
def test_a_leak_is_found(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    assert [line.partition(":")[0] for line in findings(tmp_path)] == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements/run.txt", "thing==1.0 \\\n    --hash=sha256:00\n    # via other\n"),
        ("tests/interop/package-lock.json", '{"funding": {"url": "https://sponsor.example/"}}'),
        ("tests/vectors/rfc7515/key.json", JWK),
        ("README.md", "open https://localhost/home/page"),
        ("issuer/web/pages.py", 'router.get("/{d}")\nd = "short"'),
    ],
)
def test_what_only_looks_like_a_leak_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    assert not findings(tmp_path)
