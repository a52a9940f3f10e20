"""What a preset asks for, in words for the person who is asked; never a value that anybody has."""

from collections.abc import Iterable
from dataclasses import dataclass

from specs.dcql import DcqlQuery
from specs.dcql.query import ClaimsQuery, CredentialQuery
from trillium.runtime.i18n import Language
from verifier.domain.claim_words import claim_word, credential_word


@dataclass(frozen=True, slots=True)
class AskedCredential:
    """One credential: what it is called, and combinations of claims of which one is enough."""

    names: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AskedSet:
    """Combinations of credentials of which one is enough."""

    options: tuple[tuple[AskedCredential, ...], ...]
    is_required: bool


def asked_sets(query: DcqlQuery, language: Language) -> tuple[AskedSet, ...]:
    """The whole query (OpenID4VP section 6), nothing left out."""
    return tuple(
        AskedSet(
            tuple(tuple(_asked(query, name, language) for name in option) for option in one.options),
            one.required,
        )
        for one in query.sets()
    )


def _asked(query: DcqlQuery, query_id: str, language: Language) -> AskedCredential:
    found = query.credential(query_id)
    if found is None:
        raise ValueError("a set names a credential query that is not there")
    return AskedCredential(_names(found, language), _alternatives(found, language))


def _names(query: CredentialQuery, language: Language) -> tuple[str, ...]:
    french = language is Language.FRENCH
    return tuple(dict.fromkeys(credential_word(vct, french=french) for vct in query.types))


def _alternatives(query: CredentialQuery, language: Language) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_words(claims, language)) for claims in query.alternatives())


def _words(claims: Iterable[ClaimsQuery], language: Language) -> Iterable[str]:
    """A claim that must have a certain value says so; ``true`` is what its name says already."""
    french = language is Language.FRENCH
    for claim in claims:
        word = claim_word(claim.path, french=french)
        wanted = [str(value) for value in claim.values or () if value is not True]
        yield f"{word} ({', '.join(wanted)})" if wanted else word
