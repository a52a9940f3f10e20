"""No private key in the repository but those that the standards print in their vectors.

`tools/check` looks for leaks of many kinds in text. This looks for keys only and in more spellings: PEM, JWK,
and DER, raw or in base64, which no eye recognizes as a key.
"""

import base64
import re
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from keys import KeyPurpose
from keys.providers.local import generate_private_key
from specs.jose import Algorithm
from tests.architecture.source_tree import ROOT
from tests.keys.rings import CERTIFIED, NOW, file_ring

ALLOWED = "tests/vectors/"
PEM = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY")
# The private members of RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1 with a value as long as a key.
JWK = re.compile(rb"""["'](?:d|p|q|k)\\?["']\s*:\s*\\?["'][A-Za-z0-9_-]{42,}={0,2}\\?["']""")
BASE64 = re.compile(rb"M[A-Za-z0-9+/_-]{55,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
SEQUENCE = b"\x30"
SMALLEST = 40
# RSA keys take long to make; PS256 and RS256 have the same.
ALGORITHMS = [one for one in Algorithm if one is not Algorithm.PS256]


def spellings_of_private_keys(content: bytes) -> list[str]:
    found = [name for name, pattern in (("PEM", PEM), ("JWK", JWK)) if pattern.search(content)]
    if is_private_key(content):
        found.append("DER")
    if any(is_private_key(decoded(one)) for one in BASE64.findall(content)):
        found.append("base64")
    return found


def decoded(text: bytes) -> bytes:
    text = re.sub(rb"\s", b"", text).translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"==")


def is_private_key(der: bytes) -> bool:
    if not der.startswith(SEQUENCE) or len(der) < SMALLEST:
        return False
    try:
        load_der_private_key(der[: length_of(der)], password=None)
    except UnsupportedAlgorithm:
        return True
    except (ValueError, TypeError):
        return False
    return True


def length_of(der: bytes) -> int:
    """Of the outermost value; text may follow it."""
    short, count = der[1], der[1] & 0x7F
    return 2 + short if short < 0x80 else 2 + count + int.from_bytes(der[2 : 2 + count], "big")


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]


def test_no_private_key_is_in_the_repository() -> None:
    names = [name for name in tracked_files() if not name.startswith(ALLOWED)]
    assert "keys/signer.py" in names

    found = {
        name: spellings
        for name in names
        if (ROOT / name).is_file() and (spellings := spellings_of_private_keys((ROOT / name).read_bytes()))
    }

    assert not found


def test_the_ring_of_a_running_sandbox_is_ignored_by_git() -> None:
    command = ["git", "check-ignore", "-q", "var/keys/issuer/key-x.pem"]

    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_every_spelling_is_found(algorithm: Algorithm, form: PrivateFormat) -> None:
    if algorithm is Algorithm.EDDSA:
        form = PrivateFormat.PKCS8
    key = generate_private_key(algorithm)
    der = key.private_bytes(Encoding.DER, form, NoEncryption())
    pem = key.private_bytes(Encoding.PEM, form, NoEncryption())
    body = b"\n".join(pem.splitlines()[1:-1])

    assert spellings_of_private_keys(der) == ["DER"]
    assert "PEM" in spellings_of_private_keys(pem)
    for text in (base64.b64encode(der), base64.urlsafe_b64encode(der).rstrip(b"="), body):
        assert spellings_of_private_keys(b'KEY = """' + text + b'"""') == ["base64"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_public_key_is_none(algorithm: Algorithm) -> None:
    key = generate_private_key(algorithm).public_key()

    for encoding in (Encoding.DER, Encoding.PEM):
        assert not spellings_of_private_keys(key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo))


def test_the_files_of_a_ring_are_found_and_its_public_ones_are_not(tmp_path: Path) -> None:
    file_ring(tmp_path / "ring").ensure({KeyPurpose.CREDENTIAL: CERTIFIED}, NOW)

    paths = (tmp_path / "ring").iterdir()
    found = {path.name[:4] for path in paths if spellings_of_private_keys(path.read_bytes())}

    assert found == {"key-"}


@pytest.mark.parametrize("member", ["d", "p", "q", "k"])
@pytest.mark.parametrize("form", ['{"kty": "EC", "%s": "%s"}', "{'%s':'%s'}", r"{\"%s\":\"%s\"}"])
def test_a_private_member_of_a_jwk_is_found(member: str, form: str) -> None:
    assert spellings_of_private_keys((form % (member, "A" * 43)).encode()) == ["JWK"]


@pytest.mark.parametrize("text", ['{"d": "short"}', '{"x": "%s"}' % ("A" * 43), "PRIVATE KEY", ""])
def test_other_text_is_left_alone(text: str) -> None:
    assert not spellings_of_private_keys(text.encode())
