"""JSON messages as frozen models: unknown members are ignored, known ones with bad values are refused.

OpenID4VCI and OpenID4VP say so for nearly every message; for the request that also calls an unsupported
parameter an error, the same rule is our reading (conflict D10). Types are strict: no text for a number, no
0 for false.
"""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.errors import ProtocolError

_MAX_LOCATIONS = 5

Name = Annotated[str, Field(min_length=1, max_length=512)]
"""A non-empty string of reasonable length."""
Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1, max_length=256)]
"""A non-empty JSON array of such strings. `strict=False` lets a JSON array, a list, become a tuple."""


class Message(BaseModel):
    """Base of the models of wire messages."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


_M = TypeVar("_M", bound=Message)


def parse_message(model: type[_M], value: object, error: type[ProtocolError]) -> _M:
    """The model of a parsed JSON value. Raises `error`; its detail names members, never their values."""
    try:
        return model.model_validate(value)
    except ValidationError as failure:
        places = [_place(one["loc"]) + " " + one["type"] for one in failure.errors(include_input=False)]
        raise error("; ".join(places[:_MAX_LOCATIONS])) from None


def _place(location: tuple[int | str, ...]) -> str:
    # A name can be anything that its sender chose: cut short and made printable before it is logged.
    return ".".join(str(part)[:64].encode("ascii", "replace").decode("ascii") for part in location)
