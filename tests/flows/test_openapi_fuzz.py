"""Requests made up from our own OpenAPI documents: no 5xx, no answer that the document does not describe.

Every operation of every application, with the credentials that open it, valid requests and invalid ones: what
gets past a border is what its author did not think of.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.interop.server_process import TIMEOUT_S, ServerProcess, start_server

SESSION = requests.Session()
"""One connection for all requests: to make one anew takes longer than most answers."""
SESSION.trust_env = False
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
EXAMPLES = {"positive": 15, "negative": 5}
APPS = ("issuer", "verifier", "wallet")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    without_limits = {f"{app.upper()}_RATE_LIMITS": "false" for app in APPS}
    server = start_server(tmp_path_factory.mktemp("fuzz"), **without_limits)
    server.wait()
    yield server
    SESSION.close()
    server.stop()


def credentials(server: ServerProcess, app: str) -> dict[str, str]:
    """What opens most of an application: the operator's token, or a relying service's, or an account's."""
    if app == "wallet":
        opened = httpx.post(
            f"{server.origin}/wallet/accounts",
            headers=server.management_headers(),
            json={"name": "Fuzz"},
            timeout=TIMEOUT_S,
        )
        return {"Authorization": f"Bearer {opened.raise_for_status().json()['token']}"}
    return server.management_headers()


@pytest.mark.parametrize("method", ["positive", "negative"])
@pytest.mark.parametrize("app", APPS)
def test_no_request_breaks_an_operation(server: ServerProcess, app: str, method: str) -> None:
    base = f"{server.origin}/{app}"
    document = httpx.get(f"{base}/openapi.json", timeout=TIMEOUT_S).raise_for_status().json()
    document["servers"] = [{"url": base}]
    schema = schemathesis.openapi.from_dict(document)
    headers = credentials(server, app)
    broken: list[str] = []
    operations = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        operations += 1
        cases = operation.as_strategy(generation_mode=schemathesis.GenerationMode(method))
        broken += _tried(cases, base, headers, EXAMPLES[method], operation.label)
    assert operations > 5
    assert not broken, "\n\n".join(broken)
    assert server.process.poll() is None


def _tried(
    cases: st.SearchStrategy[Any], base: str, headers: dict[str, str], examples: int, label: str
) -> list[str]:
    broken: list[str] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def attempt(case: Any) -> None:
        response = case.call(base_url=base, headers=headers, timeout=TIMEOUT_S, session=SESSION)
        case.validate_response(response, checks=CHECKS)

    try:
        attempt()
    except Unsatisfiable:
        pass  # nothing that could be sent wrongly
    except FailureGroup as error:
        broken.append(f"{label}: {error}")
    return broken
