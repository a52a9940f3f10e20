"""Three servers, as in a real deployment: issue, hold, present, revoke, and an issuer that is gone."""

import time
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from tests.flows.person import Person, post, register_service
from tests.flows.servers import Servers, three_servers
from tests.patience import PATIENCE_S

REGISTER = (resources.files("issuer") / "sample_data" / "residents.csv").read_bytes()
MAYA, ADAEZE = "ON-1000003", "ON-1039598"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with three_servers(tmp_path_factory.mktemp("servers")) as running:
        post(
            f"{running.issuer.url}/management/residents/import",
            headers={**running.issuer.management, "Content-Type": "text/csv"},
            content=REGISTER,
        )
        yield running


@pytest.fixture(scope="module")
def service(servers: Servers) -> tuple[str, str]:
    return register_service(servers.verifier, "ontario-resident", "age-19-or-over")


def test_issued_by_one_held_by_another_checked_by_a_third(servers: Servers, service: tuple[str, str]) -> None:
    """4.02: an issuer without a path; its documents at the root of its host."""
    maya = Person(servers, MAYA)
    received = maya.receive(["photo-card", "proof-of-age"])
    assert [(one["type"], one["copies"]) for one in received] == [("photo-card", 10), ("proof-of-age", 10)]
    result = maya.present(service, "ontario-resident")
    assert result["outcome"] == "accepted"
    assert result["claims"] == {"photo_card": {"address": {"region": "ON", "locality": "Toronto"}}}
    post(
        f"{servers.issuer.url}/management/status-changes",
        headers=servers.issuer.management,
        json={"subject_ref": maya.subject_ref, "change": "revoke", "reason": "stolen_phone"},
    )
    _until(lambda: maya.present(service, "ontario-resident")["clerk_outcome"], "revoked")


def test_3_27_an_issuer_that_is_gone_leaves_the_verdict_undetermined(
    servers: Servers, service: tuple[str, str]
) -> None:
    """The outage is a real one: the issuer's process is killed. It starts again by itself afterwards."""
    adaeze = Person(servers, ADAEZE)
    adaeze.receive(["proof-of-age"])
    assert adaeze.present(service, "age-19-or-over")["outcome"] == "accepted"
    servers.issuer.kill()
    result = adaeze.present(service, "age-19-or-over")
    assert result["outcome"] == "undetermined"
    assert result["clerk_outcome"] == "cannot_tell"
    assert result["claims"] == {}
    assert {reason["code"] for reason in result["reasons"]} <= {"status_unknown", "status_stale"}
    for reason in result["reasons"]:
        assert reason["text"]["en-CA"]
        assert reason["text"]["fr-CA"]


def _until(look: Any, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while look() != wanted:
        assert time.monotonic() < deadline, "not published"
        time.sleep(0.2)
