"""Everything that is asked for has a name in both languages, and nothing stays out of sight."""

import json
from pathlib import Path

import pytest

import verifier
from verifier.domain.claim_words import PathPart, claim_word, credential_word

PRESETS = sorted(Path(verifier.__file__).with_name("presets").glob("*.json"))


@pytest.mark.parametrize("file", PRESETS, ids=[file.stem for file in PRESETS])
def test_every_claim_and_type_of_the_shipped_presets_has_words(file: Path) -> None:
    query = json.loads(file.read_text())["query"]
    for credential in query["credentials"]:
        for name in credential["meta"]["vct_values"]:
            vct = f"https://issuer.example/types/{name}/1"
            words = [credential_word(vct, french=french) for french in (False, True)]
            assert vct not in words
        for claim in credential["claims"]:
            plain = ".".join(str(part) for part in claim["path"] if part is not None)
            for french in (False, True):
                word = claim_word(claim["path"], french=french)
                assert plain not in word
                assert "(" not in word, "named itself, not by what it is in"


@pytest.mark.parametrize(
    ("path", "english", "french"),
    [
        (("age_equal_or_over", "19"), "19 or over", "19 ans ou plus"),
        (("age_equal_or_over",), "Age", "Âge"),
        (("ca.on.licence_class", "G2"), "Licence class G2", "Permis de catégorie G2"),
        (("address", "locality"), "City or town", "Ville ou village"),
        (("address", "planet"), "Address (planet)", "Adresse (planet)"),
        (("nationalities", None), "Nationalities", "Nationalités"),
        (("nationalities", 0), "Nationalities (0)", "Nationalités (0)"),
        (("com.example.canoe", "colour"), "com.example.canoe.colour", "com.example.canoe.colour"),
    ],
)
def test_words(path: tuple[PathPart, ...], english: str, french: str) -> None:
    assert claim_word(path, french=False) == english
    assert claim_word(path, french=True) == french


def test_a_type_that_nobody_knows_is_shown_as_it_is() -> None:
    assert credential_word("urn:example:canoe", french=True) == "urn:example:canoe"
