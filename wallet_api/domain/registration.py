"""What a verifier says of the service it asks for, and what it keeps (OpenID4VP 1.0 section 5.11).

A JWT in ``verifier_info``, signed with the key of the request itself: the verifier's word and nobody else's.
Other formats, and one that another key signed, are passed over; nothing of them is shown.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from specs.encoding import EncodingError
from specs.jose import JoseError, PublicJwk, Use, parse_jws, verify_jws, verify_times
from specs.openid4vp import VerifierInfo
from specs.sd_jwt_vc import render_text

FORMAT: Final = "jwt"
TYPE: Final = "trillium-verifier-registration+jwt"
_MAX_BYTES: Final = 65_536
_MAX_TEXT: Final = 1000
_Text = Annotated[
    str,
    Field(min_length=1, max_length=_MAX_TEXT),
    AfterValidator(lambda text: render_text(text, max_length=_MAX_TEXT)),
]


class Words(BaseModel):
    """The same in both languages."""

    model_config = ConfigDict(frozen=True, strict=True, populate_by_name=True)

    english: Annotated[_Text, Field(alias="en-CA")]
    french: Annotated[_Text, Field(alias="fr-CA")]


class Keeping(BaseModel):
    """What is kept, why, and for how many days."""

    model_config = ConfigDict(frozen=True, strict=True)

    purposes: Annotated[Words | None, BeforeValidator(lambda words: words or None)] = None
    days: Annotated[int, Field(ge=0, le=36_500)]


class RegisteredService(BaseModel):
    """The service that the verifier asks for."""

    model_config = ConfigDict(frozen=True, strict=True)

    client_id: Annotated[str, Field(min_length=1, max_length=512)]
    names: Words


class Registration(BaseModel):
    """``issuer``: the verifier's own address. ``evidence``: what is kept as proof, None for nothing."""

    model_config = ConfigDict(frozen=True, strict=True, populate_by_name=True)

    issuer: Annotated[str, Field(alias="iss", min_length=1, max_length=2048)]
    service: RegisteredService
    purposes: Words
    retention: Keeping
    evidence: Keeping | None = None


def read_registration(
    entries: Sequence[VerifierInfo], key: PublicJwk, *, home: str, now: datetime, leeway: timedelta
) -> Registration | None:
    """The first entry of our format that the request's own ``key`` signed, for now; None when there is none.

    ``home``: where the answer goes, an address below the issuer's or the origin of its page. A verifier says
    this of itself and of no other.
    """
    for entry in entries:
        if entry.format != FORMAT or not isinstance(entry.data, str):
            continue
        try:
            jws = parse_jws(entry.data, max_bytes=_MAX_BYTES)
            claims = verify_jws(jws, key, use=Use.REQUEST_OBJECT, typ=TYPE).claims(max_depth=8)
            verify_times(claims, now=now, leeway=leeway, require=("exp",))
            found = Registration.model_validate(claims)
        except (JoseError, EncodingError, ValidationError):
            continue
        if home.startswith(f"{found.issuer}/") or f"{found.issuer}/".startswith(f"{home}/"):
            return found
    return None
