"""Does a purpose speak of an age that somebody has to have reached? (product.md, rule 9)

Whoever says "19 or over" needs a yes, not a date of birth. What is looked for are the usual ways to say it in
English and French; a text that says it in another way is for the people who approve services.
"""

import re
from collections.abc import Iterable
from typing import Final

_WORDS: Final = (
    "fourteen|sixteen|eighteen|nineteen|twenty[- ]one|twenty[- ]five|sixty[- ]five|"
    "quatorze|seize|dix[- ]huit|dix[- ]neuf|vingt[- ]et[- ]un|vingt[- ]cinq|soixante[- ]cinq"
)
_NUMBER: Final = rf"(?:\d{{1,3}}|{_WORDS})"
_PATTERNS: Final = (
    # 19 or over, 19+, nineteen and older, 19 years of age, 19-year-olds
    rf"\b{_NUMBER}(?:[- ]years?)?\s*(?:\+|(?:or|and) (?:over|older|above|more|up)\b|(?:years? )?of age\b)",
    rf"\b{_NUMBER}[- ]years?[- ]olds?\b",
    # are over 19, aged at least 18, be 65
    r"\b(?:is|are|be|being|aged?|turned|reached)(?: (?:at least|over|above|older than|under|below))? "
    rf"{_NUMBER}\b",
    rf"\b(?:older|younger) than {_NUMBER}\b",
    r"\b(?:legal|minimum|required|drinking|voting) age\b|\bage (?:requirement|limit|of majority)\b",
    r"\bold enough\b|\bof legal age\b|\b(?:an adult|adults only|a minor|no minors)\b",
    # 19 ans ou plus, 19 ans et plus, 18 ans révolus; avez 19 ans, âgée de 65 ans
    rf"\b{_NUMBER} ans (?:ou|et) (?:plus|moins)\b|\b{_NUMBER} ans (?:révolus|accomplis)\b",
    r"\b(?:avez|avoir|ayez|ont|aient|ait|a|eu|âgée?s?)(?: bien)?(?: (?:au moins|plus de|moins de|de))* "
    rf"{_NUMBER} ans\b",
    r"\bâge (?:légal|minimal|minimum|requis|voulu|exigé|de la majorité)\b|\blimite d['’]âge\b",
    r"\bassez âgée?s?\b|\b(?:majeure?s?|mineure?s?|majorité)\b",
)
_SPEAKS: Final = re.compile("|".join(_PATTERNS), re.IGNORECASE)
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")


def speak_of_an_age(texts: Iterable[str]) -> bool:
    """Whether one of them is about somebody being old enough."""
    return any(_SPEAKS.search(_SPACES.sub(" ", text)) for text in texts)
