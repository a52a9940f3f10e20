"""An error class without an answer would reach people as a generic 500: every one is in some app's table."""

import importlib
from collections.abc import Iterator, Mapping

import pytest

from specs.errors import ProtocolError
from tests.architecture.source_tree import APPS, ROOT, module_files
from trillium.runtime.answers import Answer

ANSWERING_APPS = tuple(app for app in APPS if (ROOT / app / "web" / "answers.py").is_file())


def import_everything(*packages: str) -> None:
    for name, _path in module_files(*packages):
        importlib.import_module(name)


def answers_of(app: str) -> Mapping[type[ProtocolError], object]:
    answers: Mapping[type[ProtocolError], object] = importlib.import_module(f"{app}.web.answers").ANSWERS
    return answers


def defined_in(package: str) -> list[type[ProtocolError]]:
    return sorted(
        (error for error in subclasses(ProtocolError) if error.__module__.partition(".")[0] == package),
        key=lambda error: (error.__module__, error.__qualname__),
    )


def subclasses(error: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    for child in error.__subclasses__():
        yield child
        yield from subclasses(child)


def answered(error: type[ProtocolError], table: Mapping[type[ProtocolError], object]) -> bool:
    """True for an entry of its own, or of a base that is more than ProtocolError itself."""
    return any(base in table for base in error.__mro__ if base is not ProtocolError)


def unanswered(package: str, apps: tuple[str, ...]) -> list[str]:
    import_everything(package)
    table = {error: answer for app in apps for error, answer in answers_of(app).items()}
    return [
        f"{error.__module__}.{error.__qualname__}"
        for error in defined_in(package)
        if not answered(error, table)
    ]


@pytest.mark.parametrize("app", ANSWERING_APPS)
def test_every_error_of_an_app_has_an_answer_there(app: str) -> None:
    assert not unanswered(app, (app,))


@pytest.mark.skipif(not ANSWERING_APPS, reason="no app has a table of answers yet")
def test_every_error_of_a_standard_has_an_answer_in_some_app() -> None:
    assert not unanswered("specs", ANSWERING_APPS)


@pytest.mark.parametrize("app", ANSWERING_APPS)
def test_every_answer_is_in_french_too(app: str) -> None:
    """An entry that is a function makes its answer from the error; the app's own tests look at those."""
    table = answers_of(app).items()

    assert not [
        error.__qualname__ for error, answer in table if isinstance(answer, Answer) and not answer.text_fr
    ]


@pytest.mark.parametrize("package", ["specs", *APPS])
def test_every_error_has_a_code_and_a_text_that_are_safe_to_send(package: str) -> None:
    """OpenID4VCI 8.3.1: printable ASCII without quotation mark and backslash."""
    import_everything(package)

    for error in defined_in(package):
        assert error.code, error
        assert error.code.replace("_", "").isalnum(), error
        assert error.code == error.code.lower(), error
        assert error.text, error
        assert error.text.isascii(), error
        assert error.text.isprintable(), error
        assert not {'"', "\\"} & set(error.text), error


def test_an_error_is_not_answered_by_the_base_of_all_errors() -> None:
    class Known(ProtocolError):
        pass

    class Narrower(Known):
        pass

    class Unknown(ProtocolError):
        pass

    table = {ProtocolError: 500, Known: 400}

    assert answered(Known, table)
    assert answered(Narrower, table)
    assert not answered(Unknown, table)
