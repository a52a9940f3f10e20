"""What is derived for a page belongs to it, to its use and to the verifier's secret."""

import hashlib
import hmac
from dataclasses import dataclass, replace

import pytest

from tests.verifier.domain.test_presentation_page import PAGE
from verifier.domain.presentation import RequestId
from verifier.services.page_secrets import (
    CARRIED_ALPHABET,
    CARRIED_LENGTH,
    PageSecrets,
    hash_of_browser,
    hash_secret,
)


@dataclass(frozen=True)
class Key:
    """``keys.Secret`` by hand."""

    key: bytes
    version: int = 1

    def mac(self, data: bytes) -> bytes:
        return hmac.digest(self.key, data, "sha256")

    def derive(self, context: str, length: int = 32) -> bytes:
        return self.mac(context.encode())[:length]


SECRETS, OTHERS = PageSecrets(lambda: Key(b"ours")), PageSecrets(lambda: Key(b"another"))
CODE = SECRETS.carried_code(PAGE, b"response code")


def test_characters_are_those_of_the_alphabet() -> None:
    many = [SECRETS.carried_code(PAGE, bytes([one, two])) for one in range(40) for two in range(40)]
    assert {len(code) for code in many} == {CARRIED_LENGTH}
    assert set("".join(many)) == set(CARRIED_ALPHABET)
    assert len(set(many)) == len(many)


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), f"{CODE[:4]} {CODE[4:]}", f"{CODE[:4]}\u2013{CODE[4:]}", f"  {CODE}\n"]
)
def test_characters_however_they_are_typed(typed: str) -> None:
    assert SECRETS.is_carried_code(PAGE, b"response code", typed)


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + CODE[0], CODE[::-1], "é" * 8, "\x00"])
def test_other_characters_are_wrong(typed: str) -> None:
    assert not SECRETS.is_carried_code(PAGE, b"response code", typed)


def test_characters_belong_to_page_answer_and_verifier() -> None:
    assert not SECRETS.is_carried_code(replace(PAGE, page_hash=b"other"), b"response code", CODE)
    assert not SECRETS.is_carried_code(PAGE, b"another code", CODE)
    assert not OTHERS.is_carried_code(PAGE, b"response code", CODE)


def test_a_return_code_belongs_to_its_presentation() -> None:
    code = SECRETS.return_code(RequestId("one"))
    assert len(code) == 22
    assert SECRETS.is_return_code(RequestId("one"), code)
    assert not SECRETS.is_return_code(RequestId("two"), code)
    assert not OTHERS.is_return_code(RequestId("one"), code)
    assert not SECRETS.is_return_code(RequestId("one"), "é")


def test_a_form_token_belongs_to_its_session() -> None:
    token = SECRETS.form_token("session")
    assert SECRETS.is_form_token("session", token)
    assert not SECRETS.is_form_token("another", token)
    assert not OTHERS.is_form_token("session", token)
    assert not SECRETS.is_form_token("session", "")


def test_one_use_is_not_another() -> None:
    """The same input, another purpose: nothing that is shown for one can be used for the other."""
    assert SECRETS.form_token("request")[:22] != SECRETS.return_code(RequestId("request"))


def test_secrets_are_kept_as_hashes() -> None:
    assert hash_secret("page") == hashlib.sha256(b"page").digest()
    assert hash_of_browser("browser", b"one") != hash_of_browser("browser", b"two")
