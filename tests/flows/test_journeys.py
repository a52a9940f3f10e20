"""Journeys 4, 5 and 6 of the product, through running applications and the wallet that comes with them."""

import csv
import io
import time
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import pytest

from tests.flows.person import Person, post, register_service
from tests.flows.servers import OneServer, one_server
from tests.interop.server_process import start_server
from tests.patience import PATIENCE_S

SAMPLES = resources.files("issuer") / "sample_data"
MAYA, JEAN_FRANCOIS, ARJUN, ADAEZE = "ON-1000003", "ON-1007922", "ON-1015841", "ON-1039598"
PRESETS = ("licence-class", "business-authority", "ontario-resident", "age-19-or-over")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    running = start_server(tmp_path_factory.mktemp("journeys"))
    try:
        running.wait()
        servers = one_server(running)
        for kind in ("residents", "businesses"):
            post(
                f"{servers.issuer.url}/management/{kind}/import",
                headers={**servers.issuer.management, "Content-Type": "text/csv"},
                content=(SAMPLES / f"{kind}.csv").read_bytes(),
            )
        yield servers
    finally:
        running.stop()


@pytest.fixture(scope="module")
def employer(servers: OneServer) -> tuple[str, str]:
    return register_service(servers.verifier, *PRESETS)


def change_status(servers: OneServer, person: Person, change: str, reason: str) -> None:
    body = {"subject_ref": person.subject_ref, "change": change, "reason": reason}
    post(
        f"{servers.issuer.url}/management/status-changes",
        headers=servers.issuer.management,
        json=body,
    )


def authority_of(servers: OneServer, person: Person, business: str) -> str:
    """The subject reference of what a person may do for a business."""
    known = post(
        f"{servers.issuer.url}/management/holdings/search",
        headers=servers.issuer.management,
        json={"subject_ref": person.subject_ref},
    )
    for holding in known["holdings"]:
        if holding["kind"] == "signing_authority" and business in holding["name"]:
            return str(holding["subject_ref"])
    raise AssertionError(known)


def test_journey_4_an_employer_learns_the_class_of_a_licence_and_nothing_else(
    servers: OneServer, employer: tuple[str, str]
) -> None:
    maya = Person(servers, MAYA)
    maya.receive(["drivers-licence"])
    result = maya.present(employer, "licence-class")
    assert (result["outcome"], result["clerk_outcome"]) == ("accepted", "valid")
    assert result["claims"] == {
        "drivers_licence": {
            "ca.on.licence_class": {"G": True},
            "ca.on.licence_expires_on": "2030-07-28",
            "given_name": "Maya Élise",
            "family_name": "Tremblay-O'Connor",
        }
    }


def test_journey_4_a_learner_has_nothing_to_show(servers: OneServer, employer: tuple[str, str]) -> None:
    """5.14: class G is asked for with `values`, and a G1 licence does not have it."""
    arjun = Person(servers, ARJUN)
    arjun.receive(["drivers-licence"])
    started = post(
        f"{servers.verifier.url}/presentations", 201, auth=employer, json={"preset": "licence-class"}
    )
    opened = arjun.open(started)
    assert opened["can_answer"] is False


def receive_authority(servers: OneServer, wallet_of: Person, holder: Person, business: str) -> None:
    """The authority of `holder`, into somebody's wallet."""
    mine, wallet_of.subject_ref = wallet_of.subject_ref, authority_of(servers, holder, business)
    wallet_of.receive(["business-authority"])
    wallet_of.subject_ref = mine


def test_journey_5_person_and_authority_together(servers: OneServer, employer: tuple[str, str]) -> None:
    """Two credentials in one presentation, of one holder."""
    maya = Person(servers, MAYA)
    maya.receive(["photo-card"])
    receive_authority(servers, maya, maya, "Maple Loop Bakery")
    result = maya.present(employer, "business-authority")
    assert result["outcome"] == "accepted", result
    who = {"given_name": "Maya Élise", "family_name": "Tremblay-O'Connor", "birthdate": "1994-06-14"}
    assert result["claims"]["person"] == who
    authority = result["claims"]["authority"]
    assert authority["ca.on.business_number"] == "BR-100200300"
    assert authority["ca.on.signing"] == "alone"


def test_journey_5_the_authority_of_somebody_else_is_no_authority(
    servers: OneServer, employer: tuple[str, str]
) -> None:
    """Both credentials are good; together they say nothing about one person."""
    thief, owner = Person(servers, ADAEZE), Person(servers, JEAN_FRANCOIS)
    thief.receive(["photo-card"])
    receive_authority(servers, thief, owner, "Boulangerie")
    result = thief.present(employer, "business-authority")
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", "does_not_meet_the_requirement")
    assert result["claims"] == {}
    said = [reason for reason in result["reasons"] if reason["code"]]
    assert len(said) == 1
    assert_said_in_both_languages(said[0])


def test_journey_5_the_authority_of_a_namesake_is_no_authority(
    servers: OneServer, employer: tuple[str, str]
) -> None:
    """Two people of the register have one name; the younger one signs for the bakery, the older one tries."""
    header, maya, *_ = csv.reader(io.StringIO((SAMPLES / "residents.csv").read_text(encoding="utf-8")))
    row = dict(zip(header, maya, strict=True)) | dict.fromkeys(header[header.index("language") + 1 :], "")
    older = row | {"register_number": "ON-9999990", "birthdate": "1961-02-03"}
    register = io.StringIO()
    writer = csv.DictWriter(register, header)
    writer.writeheader()
    writer.writerow(older)
    post(
        f"{servers.issuer.url}/management/residents/import",
        headers={**servers.issuer.management, "Content-Type": "text/csv"},
        content=register.getvalue().encode(),
    )
    namesake, owner = Person(servers, older["register_number"]), Person(servers, MAYA)
    namesake.receive(["photo-card"])
    receive_authority(servers, namesake, owner, "Maple Loop Bakery")
    result = namesake.present(employer, "business-authority")
    assert (result["outcome"], result["clerk_outcome"]) == ("rejected", "does_not_meet_the_requirement")
    assert [one["code"] for one in result["reasons"]] == ["holders_differ"]
    assert result["claims"] == {}


def _until(look: Callable[[], tuple[str, str]], wanted: tuple[str, str]) -> None:
    """A change is published a moment after it is made."""
    deadline = time.monotonic() + PATIENCE_S
    while (seen := look()) != wanted:
        assert time.monotonic() < deadline, seen
        time.sleep(0.3)


def assert_said_in_both_languages(reason: dict[str, Any]) -> None:
    for words in (reason["text"], reason["advice"]):
        assert words["en-CA"]
        assert words["fr-CA"]
        assert words["en-CA"] != words["fr-CA"]


def test_journey_6_one_clear_outcome_and_what_to_do(servers: OneServer, employer: tuple[str, str]) -> None:
    """Valid, suspended, valid again, cannot tell, revoked: as a clerk meets them in one day."""
    adaeze = Person(servers, ADAEZE)
    adaeze.receive(["photo-card"])

    def at_the_counter() -> tuple[str, str]:
        result = adaeze.present(employer, "ontario-resident")
        for reason in result["reasons"]:
            assert_said_in_both_languages(reason)
        assert result["advice"]["en-CA"]
        assert result["advice"]["fr-CA"]
        return result["outcome"], result["clerk_outcome"]

    assert at_the_counter() == ("accepted", "valid")
    change_status(servers, adaeze, "suspend", "lost")
    _until(at_the_counter, ("rejected", "suspended"))
    change_status(servers, adaeze, "reinstate", "found")
    _until(at_the_counter, ("accepted", "valid"))
    drill = f"{servers.verifier.url}/management/drills/status-lists"
    post(drill, 204, headers=servers.verifier.management, json={"unreachable_seconds": 300})
    assert at_the_counter() == ("undetermined", "cannot_tell")
    post(drill, 204, headers=servers.verifier.management, json={"unreachable_seconds": 0})
    change_status(servers, adaeze, "revoke", "stolen_phone")
    _until(at_the_counter, ("rejected", "revoked"))
