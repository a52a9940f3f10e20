"""Whatever an application makes a model of was read strictly before: no route escapes (rule 5)."""

import importlib
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ValidationError
from starlette.routing import BaseRoute, Mount

from tests.architecture.source_tree import APPS
from trillium.runtime.api_router import StrictJsonRoute, api_router


def with_models(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Routes whose bodies the framework reads, however deep."""
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        if isinstance(route, Mount):
            yield from with_models(route.routes or ())
        elif isinstance(route, APIRoute) and route.body_field is not None:
            yield route


def read_leniently(routes: Iterable[BaseRoute]) -> list[str]:
    return [route.path for route in with_models(routes) if not isinstance(route, StrictJsonRoute)]


def models_within(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models_within(field.annotation)
    elif get_origin(kind) is not None:
        for part in get_args(kind):
            yield from models_within(part)


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.chdir(tmp_path)
    settings = importlib.import_module(f"{request.param}.settings").Settings()
    made: FastAPI = importlib.import_module(f"{request.param}.app").create_app(settings)
    return made


@pytest.mark.parametrize("app", APPS, indirect=True)
def test_every_json_body_is_read_strictly(app: FastAPI) -> None:
    assert read_leniently(app.routes) == []
    assert list(with_models(app.routes)), "none is found at all"


@pytest.mark.parametrize("app", APPS, indirect=True)
def test_every_model_of_a_body_takes_numbers_for_numbers_only(app: FastAPI) -> None:
    lenient = {
        model.__name__
        for route in with_models(app.routes)
        if route.body_field is not None
        for model in models_within(route.body_field.field_info.annotation)
        if not (model.model_config.get("strict") and model.model_config.get("extra") == "forbid")
    }
    assert lenient == set()


@pytest.mark.parametrize("app", APPS, indirect=True)
def test_every_word_of_an_enumeration_can_be_said_in_json(app: FastAPI) -> None:
    """A model that is strict with its enumerations takes none of their texts: nobody could call it."""
    unsayable = {
        f"{model.__name__}.{name}"
        for route in with_models(app.routes)
        if route.body_field is not None
        for model in models_within(route.body_field.field_info.annotation)
        for name, field in model.model_fields.items()
        for word in words_of(field.annotation)
        if not is_taken(model, name, word)
    }
    assert unsayable == set()


def words_of(kind: Any) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield from (member.value for member in kind)
    for part in get_args(kind):
        yield from words_of(part)


def is_taken(model: type[BaseModel], name: str, word: str) -> bool:
    try:
        model.model_validate({name: word})
    except ValidationError as error:
        return name not in [place for fault in error.errors() for place in fault["loc"]]
    return True


def test_a_lenient_route_is_found_wherever_it_hides() -> None:
    class Order(BaseModel):
        number: int

    async def order(order: Order) -> None:
        """Takes a model."""

    inner, strict, app = APIRouter(prefix="/inner"), api_router(prefix="/strict"), FastAPI()
    inner.add_api_route("/order", order, methods=["POST"])
    strict.add_api_route("/order", order, methods=["POST"])
    outer = APIRouter()
    outer.include_router(inner)
    outer.include_router(strict)
    app.include_router(outer, prefix="/outer")
    assert len(read_leniently(app.routes)) == 1
