"""Every refusal has a code that may travel and a text that may be shown."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import specs
from specs.errors import ProtocolError

CODE = re.compile(r"[a-z][a-z0-9_]*")
# RFC 6749 section 5.2: what `error_description` may consist of.
TEXT = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


def error_classes() -> Iterator[type[ProtocolError]]:
    for module in pkgutil.walk_packages(specs.__path__, "specs."):
        importlib.import_module(module.name)
    waiting: list[type[ProtocolError]] = [ProtocolError]
    while waiting:
        error = waiting.pop()
        yield error
        waiting.extend(error.__subclasses__())


@pytest.mark.parametrize("error", sorted(set(error_classes()), key=lambda error: error.__qualname__))
def test_code_and_text_may_travel(error: type[ProtocolError]) -> None:
    assert CODE.fullmatch(error.code)
    assert TEXT.fullmatch(error.text)


def test_detail_is_kept_apart_from_the_text() -> None:
    error = ProtocolError("member x is missing")
    assert error.detail == "member x is missing"
    assert "member x" not in error.text


def test_section_of_one_instance_leaves_the_class_alone() -> None:
    error = ProtocolError("x", section="RFC 9901 section 7.1")
    assert error.section == "RFC 9901 section 7.1"
    assert ProtocolError.section == ""
    assert ProtocolError("x").section == ""
