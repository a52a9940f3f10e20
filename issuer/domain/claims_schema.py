"""`claims.schema.json`: the JSON Schema (2020-12) that the claims of a type obey before they are issued."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry

from issuer.domain.problems import Problem
from issuer.domain.quick_check import create_quick_check
from issuer.errors import ClaimsDoNotFit
from specs.encoding import EncodingError, parse_json_object
from specs.sd_jwt_vc import ClaimPath, show_path

SCHEMA_FILE: Final = "claims.schema.json"
MAX_SCHEMA_BYTES: Final = 256 * 1024
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class ClaimsSchema:
    """A checked schema. It knows every path it allows, and which of them are always there."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        # An empty registry: a reference to another document is an error and never a request.
        self._validator = Draft202012Validator(schema, registry=Registry())
        self._quick_check = create_quick_check(schema)
        self.paths: dict[ClaimPath, bool] = dict(_paths(schema, (), always=True))
        """Every claim path, and whether the schema requires the claim in every credential."""

    def check(self, claims: Mapping[str, Any]) -> None:
        """Raises ClaimsDoNotFit, naming places and broken keywords but no values."""
        if self._quick_check is not None and self._quick_check(claims):
            return
        errors = self._validator.iter_errors(claims)
        broken = sorted({f"{show_path(error.absolute_path)}: {error.validator}" for error in errors})
        if broken:
            raise ClaimsDoNotFit("; ".join(broken))

    def fits(self, claims: Mapping[str, Any], path: ClaimPath) -> bool:
        """Whether the claims break no rule at or below a path; rules elsewhere do not count."""
        errors = self._validator.iter_errors(claims)
        return not any(tuple(error.absolute_path)[: len(path)] == path for error in errors)


def read_claims_schema(type_name: str, data: bytes) -> tuple[ClaimsSchema | None, list[Problem]]:
    """The schema in a `claims.schema.json`, or what is wrong with it."""
    try:
        schema = parse_json_object(data, max_bytes=MAX_SCHEMA_BYTES)
        Draft202012Validator.check_schema(schema)
    except EncodingError as error:
        return None, [Problem(type_name, SCHEMA_FILE, "", f"{error.text} {error.detail}".strip())]
    except SchemaError as error:
        return None, [Problem(type_name, SCHEMA_FILE, error.json_path, error.message)]
    problems = [Problem(type_name, SCHEMA_FILE, *found) for found in _style_problems(schema, ())]
    if schema.get("$schema") != DIALECT:
        problems.append(Problem(type_name, SCHEMA_FILE, "$schema", f"must be {DIALECT}"))
    return (None if problems else ClaimsSchema(schema)), problems


def _paths(schema: Mapping[str, Any], path: ClaimPath, *, always: bool) -> Iterator[tuple[ClaimPath, bool]]:
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        here = (*path, name)
        yield here, always and name in required
        yield from _paths(member, here, always=always and name in required)
    if isinstance(schema.get("items"), Mapping):
        here = (*path, None)
        yield here, False
        yield from _paths(schema["items"], here, always=False)


def _style_problems(schema: Any, path: ClaimPath) -> Iterator[tuple[str, str]]:
    """A schema that can be compared with the type metadata: written out, closed, without references."""
    place = show_path(path)
    if not isinstance(schema, Mapping):
        yield place, "write the schema out as an object"
        return
    if "$ref" in schema or "$dynamicRef" in schema:
        yield place, "write the schema out instead of referring to another one"
    if not path and schema.get("type") != "object":
        yield "type", "must be object"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield place or "additionalProperties", "an object must say additionalProperties: false"
    for name, member in schema.get("properties", {}).items():
        yield from _style_problems(member, (*path, name))
    if "items" in schema:
        yield from _style_problems(schema["items"], (*path, None))
