"""What people call a credential type, from the display data of its type metadata."""

from issuer.domain.resident import Language
from specs.sd_jwt_vc import EffectiveTypeMetadata, choose_display


def type_name(metadata: EffectiveTypeMetadata, language: Language) -> str:
    """The name in this language, else in whatever language it has one."""
    display = choose_display(metadata.display, [f"{language.value}-CA"])
    return "" if display is None else display.name
