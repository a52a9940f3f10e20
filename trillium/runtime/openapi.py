"""Hot routes: plain handlers, bytes in and bytes out, with an OpenAPI operation made from the same models.

A FastAPI endpoint with models costs more than a signature on these paths; documentation need not suffer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from trillium.runtime.hot_routes import Handler, HotRoutes

Model: TypeAlias = type[BaseModel]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class Content:
    """A body: its media type, and its model where it has one."""

    description: str
    media_type: str = JSON
    model: Model | None = None


@dataclass(frozen=True, kw_only=True)
class HotRoute:
    """One operation. `public`: whether it is on the list of routes that need no credentials."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: Handler
    summary: str
    public: bool
    request: Content | None = None
    responses: Mapping[int, Content] = field(default_factory=dict)
    tags: Sequence[str] = ()


def add_hot_routes(router: APIRouter | FastAPI, routes: Sequence[HotRoute]) -> None:
    """Register the handlers, in this order; do it before slower routes of the same paths.

    With an application also a shorter way to them, within what middleware.install_middleware adds later.
    """
    for route in routes:
        router.add_route(route.path, route.handler, methods=[route.method], include_in_schema=False)
    if isinstance(router, FastAPI):
        router.add_middleware(HotRoutes, routes=routes)


def describe_body(model: Model) -> dict[str, Any]:
    """For `openapi_extra` of a route that reads its JSON body itself, once it knows who sends it."""
    schema = model.model_json_schema(mode="validation")
    whole = _without_references(schema, schema.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {JSON: {"schema": whole}}}}


def _without_references(schema: Any, definitions: Mapping[str, Any]) -> Any:
    # The document's own definitions are elsewhere; a model that holds itself cannot be described like this.
    if isinstance(schema, list):
        return [_without_references(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    found = {**definitions.get(name, {}), **{key: value for key, value in schema.items() if key != "$ref"}}
    return {key: _without_references(value, definitions) for key, value in found.items()}


def document_hot_routes(app: FastAPI, routes: Sequence[HotRoute]) -> None:
    """Add the operations to what `app` publishes as its OpenAPI document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            app.openapi_schema = merge_operations(schema, routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way the framework offers


def merge_operations(schema: dict[str, Any], routes: Sequence[HotRoute]) -> dict[str, Any]:
    """`schema` with the operations of `routes` and the models they use."""
    used = {(model, mode) for route in routes for model, mode in _models(route)}
    ordered = sorted(used, key=lambda entry: (entry[0].__name__, entry[1]))
    references, definitions = models_json_schema(ordered, ref_template="#/components/schemas/{model}")
    for route in routes:
        paths = schema.setdefault("paths", {})
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references)
    if definitions.get("$defs"):
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        components.update(definitions["$defs"])
    return schema


def _models(route: HotRoute) -> list[tuple[Model, JsonSchemaMode]]:
    found: list[tuple[Model, JsonSchemaMode]] = []
    if route.request is not None and route.request.model is not None:
        found.append((route.request.model, "validation"))
    answers = (content.model for content in route.responses.values())
    found.extend((model, "serialization") for model in answers if model is not None)
    return found


def _operation(route: HotRoute, references: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}{route.path}".translate(_TO_IDENTIFIER),
        "tags": list(route.tags),
        "responses": {
            str(status): {
                "description": content.description,
                "content": _content(content, "serialization", references),
            }
            for status, content in sorted(route.responses.items())
        },
    }
    names = [part[1:-1].partition(":")[0] for part in route.path.split("/") if part.startswith("{")]
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if route.request is not None:
        content_of = _content(route.request, "validation", references)
        operation["requestBody"] = {
            "description": route.request.description,
            "required": True,
            "content": content_of,
        }
    return operation


_TO_IDENTIFIER = str.maketrans(dict.fromkeys("/{}.-:", "_"))


def _content(content: Content, mode: JsonSchemaMode, references: Mapping[Any, Any]) -> dict[str, Any]:
    # Without a model: the one thing that is known of each form.
    plain = {"type": "object" if content.media_type in (JSON, PROBLEM, FORM) else "string"}
    schema = references[content.model, mode] if content.model is not None else plain
    return {content.media_type: {"schema": schema}}
